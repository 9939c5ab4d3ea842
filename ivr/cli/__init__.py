"""The `warmline` command: one module for each of its words; `main` puts them together."""
