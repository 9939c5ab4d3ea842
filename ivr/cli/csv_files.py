"""CSV files that a command takes: their heads, their rows with their lines, and all that is wrong with them at once."""

import csv
import io
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.orm import Session

from ivr.cli.common import MISUSED, WRONG, fail, report, show
from ivr.store.engine import Sessions

SHOWN = 20  # problems; more of them are counted


@dataclass(frozen=True, slots=True)
class Row:
    """A row by the names of its columns, without the spaces around; `line` is where the file has it."""

    line: int
    cells: dict[str, str]


def read_rows(path: Path, columns: Sequence[str], needed: Sequence[str]) -> list[Row]:
    """The rows of a CSV file in UTF-8 with a head; a file that is none, or has other columns, ends the command."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, restkey="", strict=True)
            head = [name.strip().lower() for name in reader.fieldnames or ()]
            reader.fieldnames = head
            _check_head(path, head, columns, needed)
            rows = [(reader.line_num, cells) for cells in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        fail(f"{path} is not a CSV file in UTF-8: {error}", WRONG)
    long = [f"line {line}: more cells than the head has columns" for line, cells in rows if "" in cells]
    refuse(path, long)
    return [Row(line, {name: (cell or "").strip() for name, cell in cells.items()}) for line, cells in rows]


def template(columns: Sequence[str], example: Sequence[str]) -> str:
    """A file to begin with: its head, and a row as an example."""
    file = io.StringIO()
    csv.writer(file, lineterminator="\n").writerows((columns, example))
    return file.getvalue()


def run_import(
    path: Path | None,
    columns: Sequence[str],
    needed: Sequence[str],
    key: str,
    sessions: Sessions,
    does: Callable[[Session, dict[str, str]], str],
    dry_run: bool,
    as_json: bool,
) -> None:
    """`does` every row of the file in one transaction, and says how many were added, changed and the same.

    With anything wrong (ValueError), or in a `dry_run`, nothing is kept. `key`: the column that names a row.
    """
    if path is None:
        fail("Say which file; --template prints one to begin with.", MISUSED)
    rows, counts, problems = read_rows(path, columns, needed), Counter[str](), list[str]()
    lines: dict[str, int] = {}
    with sessions.begin() as tx:
        for row in rows:
            name = row.cells[key].casefold()
            first = lines.setdefault(name, row.line)
            try:
                if first != row.line:
                    raise ValueError(f"{key} {row.cells[key]!r} stands in line {first} already")
                counts[does(tx, row.cells)] += 1
            except ValueError as wrong:
                problems.append(f"line {row.line}: {wrong}")
        refuse(path, problems)
        if dry_run:
            tx.rollback()
    told = {kind: counts[kind] for kind in ("added", "changed", "same")}
    if as_json:
        show({**told, "dry_run": dry_run})
    else:
        would = "Would be done" if dry_run else "Done"
        report(f"{would}: {told['added']} added, {told['changed']} changed, {told['same']} as they were.")


def refuse(path: Path, problems: Sequence[str]) -> None:
    """End the command with these problems; go on without any."""
    if problems:
        more = f"\n  and {len(problems) - SHOWN} more" if len(problems) > SHOWN else ""
        fail(f"{path}: nothing was changed.\n  " + "\n  ".join(problems[:SHOWN]) + more, WRONG)


def _check_head(path: Path, head: Sequence[str], columns: Sequence[str], needed: Sequence[str]) -> None:
    strange = [name for name in head if name not in columns]
    missing = [name for name in needed if name not in head]
    twice = sorted({name for name in head if head.count(name) > 1})
    if strange or missing or twice:
        told = [f"line 1: no column may be called {name!r}" for name in strange]
        told += [f"line 1: the column {name!r} is missing" for name in missing]
        told += [f"line 1: the column {name!r} stands twice" for name in twice]
        refuse(path, [*told, f"The columns are {', '.join(columns)}."])
