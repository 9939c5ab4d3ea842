"""What is exported is what the document promises, in each format, and nothing that may not be read."""

import csv
import io
import json
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from pyarrow import parquet
from sqlalchemy import select

from ivr.cli.main import main
from ivr.quality import facts_store
from ivr.quality.search import exporting
from ivr.quality.search.exporting import COLUMNS, VERSION, Format, NoParquetError, rows, written
from ivr.quality.search.filters import Filters
from ivr.store.engine import Sessions, make_engine, make_sessions
from ivr.store.migrate import upgrade
from ivr.store.models import Audit, Call, Turn
from tests.fakes.fake_clock import FakeClock

pytestmark = pytest.mark.integration

DOCUMENT = Path(__file__).parents[3] / "docs" / "exports.md"


def three_calls(sessions: Sessions, clock: FakeClock) -> None:
    for number in range(3):
        at = clock.now() + timedelta(minutes=number)
        with sessions.begin() as tx:
            tx.add(Call(sid=f"CA{number}", caller=f"+1555010000{number}", called="+1", started_at=at,
                        ended_at=at + timedelta(seconds=90.5), outcome="resolved"))  # fmt: skip
            tx.flush()
            for place, (speaker, text) in enumerate((("caller", '=1+1, "quoted"'), ("bot", "Your balance is\n$5."))):
                tx.add(Turn(call_sid=f"CA{number}", key=str(place), speaker=speaker, text=text, start=place,
                            end=place + 0.5, intent="balance", confidence=0.4))  # fmt: skip
        with sessions.begin() as tx:
            facts_store.keep(tx, f"CA{number}")


def export(sessions: Sessions, format_: Format, filters: Filters | None = None) -> bytes:
    return b"".join(written(format_, rows(sessions, filters or Filters())))


def test_the_document_says_what_is_exported() -> None:
    lines = DOCUMENT.read_text().splitlines()
    promised = [f"| `{column.name}` | {column.kind} | {column.meaning} |" for column in COLUMNS]
    assert [line for line in lines if line.startswith("| `")] == promised
    assert f"This is version {VERSION}." in DOCUMENT.read_text()


def test_csv(sessions: Sessions, clock: FakeClock) -> None:
    three_calls(sessions, clock)
    head, *calls = csv.reader(io.StringIO(export(sessions, "csv").decode()))
    assert head == [column.name for column in COLUMNS]
    assert [call[0] for call in calls] == ["CA2", "CA1", "CA0"]
    first = dict(zip(head, calls[-1], strict=True))
    assert (first["started_at"], first["seconds"]) == ("2026-03-02T09:00:00+00:00", "90.5")
    assert (first["verified"], first["rating"], first["intents"]) == ("no", "", "balance")
    assert first["transcript"] == 'caller: =1+1, "quoted"\nbot: Your balance is\n$5.'


def test_nothing_in_a_csv_is_a_formula() -> None:
    assert [exporting._cell(text) for text in ("=1", "+1", "-a", "@x", "a=1")] == ["'=1", "'+1", "'-a", "'@x", "a=1"]
    assert [exporting._cell(value) for value in (["=a", "b"], -1.5)] == ["'=a; b", "-1.5"]


def test_json(sessions: Sessions, clock: FakeClock) -> None:
    three_calls(sessions, clock)
    told = json.loads(export(sessions, "json"))
    assert told["version"] == VERSION
    assert [set(call) for call in told["calls"]] == [{column.name for column in COLUMNS}] * 3
    assert (told["calls"][0]["flags"], told["calls"][0]["rating"]) == (["unsure"], None)
    assert json.loads(export(sessions, "json", Filters(outcome="failed"))) == {"version": 2, "calls": []}


def test_parquet(sessions: Sessions, clock: FakeClock) -> None:
    three_calls(sessions, clock)
    table = parquet.read_table(io.BytesIO(export(sessions, "parquet")))
    assert table.column_names == [column.name for column in COLUMNS]
    assert table.schema.metadata[b"warmline.version"] == b"2"
    last: dict[str, Any] = table.to_pylist()[-1]
    assert (last["call_sid"], last["started_at"], last["intents"]) == ("CA0", clock.now(), ["balance"])
    assert (last["misheard"], last["lowest_confidence"], last["verified"]) == (0, 0.4, False)
    assert (last["words_compared"], last["words_misheard"], last["cost"]) == (None, None, None)
    assert parquet.read_table(io.BytesIO(export(sessions, "parquet", Filters(outcome="failed")))).num_rows == 0


def test_without_pyarrow_it_is_said_what_to_install(sessions: Sessions, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(NoParquetError, match=r"pip install 'warmline\[parquet\]'"):
        written("parquet", [])


def test_every_call_is_in_it_once_over_all_batches(
    sessions: Sessions, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    three_calls(sessions, clock)
    monkeypatch.setattr(exporting, "BATCH", 2)
    assert [row["call_sid"] for row in rows(sessions, Filters())] == ["CA2", "CA1", "CA0"]
    assert parquet.read_table(io.BytesIO(export(sessions, "parquet"))).num_rows == 3


def test_no_number_of_a_caller_leaves_the_line(sessions: Sessions, clock: FakeClock) -> None:
    three_calls(sessions, clock)
    assert b"555010000" not in export(sessions, "csv") + export(sessions, "json")


def test_the_command_writes_the_days_asked_for_and_is_noted(tmp_path: Path, clock: FakeClock) -> None:
    url = f"sqlite:///{tmp_path / 'warmline.db'}"
    upgrade(url)
    sessions = make_sessions(make_engine(url))
    three_calls(sessions, clock)
    environment = {"WARMLINE_DATA_DIR": str(tmp_path), "DATABASE_URL": url}
    for first, last, found in (("2026-03-02", "2026-03-02", 3), ("2026-03-03", "2026-03-09", 0)):
        words = f"quality export --from {first} --to {last} --format json --out {tmp_path / 'out.json'}"
        ran = CliRunner().invoke(main, words.split(), env=environment)
        assert ran.exit_code == 0, ran.output
        assert len(json.loads((tmp_path / "out.json").read_text())["calls"]) == found
    with sessions() as tx:
        assert [(row.action, row.subject) for row in tx.scalars(select(Audit))] == [("export", "calls")] * 2
