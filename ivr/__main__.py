"""`python -m ivr` is the `warmline` command."""

from ivr.cli.main import main

main()
