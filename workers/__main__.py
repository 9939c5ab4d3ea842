"""`python -m workers [FACTORY]`: the whole worker; with a queue and the Redis address, that queue's process."""

import sys

from workers.run import run_queue, run_worker


def main(arguments: list[str]) -> None:
    if len(arguments) == 3:
        run_queue(*arguments)
    else:
        run_worker(*arguments)


if __name__ == "__main__":
    main(sys.argv[1:])
