"""What is forgotten of a call, in which order, and that nobody waits for it."""

import os
import time
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from ivr.handoff.state import State
from ivr.recordings import holds
from ivr.recordings import retention as forgetting
from ivr.recordings.places.folder import FolderPlace
from ivr.recordings.retention import purge_by_policy, purge_older
from ivr.recordings.retention_policy import Policy
from ivr.recordings.storage import RecordingFiles
from ivr.store import outbox
from ivr.store.engine import Sessions
from ivr.store.models import (
    Audit,
    Base,
    Call,
    CallBack,
    CallFlag,
    CallIntent,
    CardPayment,
    Dial,
    Outbox,
    Payment,
    PinAttempt,
    PresenceSpell,
    Recording,
)
from tests.fakes.fake_clock import FakeClock
from tests.harness.call_line import LINE
from tests.harness.calls import Calls
from tests.harness.whole_call import ACCOUNT, CALLER, WORDS, a_call

pytestmark = pytest.mark.integration

KEPT = {"accounts", "agents", "entries", "payments", "audit"}  # the ledger's books, the people of the house, the audit


def folder_of(files: RecordingFiles) -> Path:
    assert isinstance(files.place, FolderPlace)
    return files.place.folder


@pytest.fixture
def files(tmp_path: Path) -> RecordingFiles:
    return RecordingFiles((tmp_path / "recordings").as_uri())


def no_rest(_seconds: float) -> None:
    pass


def everything(sessions: Sessions) -> str:
    with sessions() as tx:
        tables = [table for table in Base.metadata.sorted_tables if table.name not in KEPT]
        return "\n".join(f"{table.name} {row}" for table in tables for row in tx.execute(select(table)))


def test_nothing_personal_is_left_of_an_old_call_and_all_of_a_younger_one(
    sessions: Sessions, clock: FakeClock, files: RecordingFiles
) -> None:
    old, young = clock.now() - timedelta(days=100), clock.now() - timedelta(days=10)
    a_call(sessions, "CA1", old, files)
    a_call(sessions, "CA2", young, files, caller="+15550188888")
    gone = purge_older(sessions, clock.now() - timedelta(days=90), clock, files, no_rest)
    assert gone == {"calls": 1, "recordings": 1}
    left = everything(sessions)
    assert CALLER not in left and "RECA1.wav" not in left
    assert "+15550188888" in left and WORDS in left
    assert {file.name for file in folder_of(files).iterdir()} == {"RECA2.wav.aes", "RECA2redacted.wav.aes"}
    with sessions() as tx:
        call = tx.get_one(Call, "CA1")
        assert (call.outcome, call.figures) == ("handed-off", {"answers": []})
        assert State.from_json(call.handoffs[0].machine).phase == "served"
        assert not tx.scalars(select(PresenceSpell).where(PresenceSpell.ended_at <= old)).all()
        assert tx.scalars(select(Audit.detail).where(Audit.action == "purge")).all() == [gone]


def test_with_every_call_old_no_word_is_left(sessions: Sessions, clock: FakeClock, files: RecordingFiles) -> None:
    for number in range(5):
        a_call(sessions, f"CA{number}", clock.now() - timedelta(days=100), files)
    purge_older(sessions, clock.now() - timedelta(days=90), clock, files, no_rest)
    with sessions.begin() as tx:  # the newest promise keeps its number, until there is a newer one
        outbox.put(tx, "handoff.act", {}, clock.now())
    purge_older(sessions, clock.now() - timedelta(days=90), clock, files, no_rest)
    left = everything(sessions)
    assert not [secret for secret in (CALLER, ACCOUNT, WORDS) if secret in left]


def test_a_purge_that_is_stopped_is_gone_on_with(
    sessions: Sessions, clock: FakeClock, files: RecordingFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forgetting, "BATCH", 2)
    for number in range(5):
        a_call(sessions, f"CA{number}", clock.now() - timedelta(days=100), files)

    class StoppedError(Exception):
        pass

    def stop(_seconds: float) -> None:
        raise StoppedError

    with pytest.raises(StoppedError):
        purge_older(sessions, clock.now(), clock, files, stop)
    with sessions() as tx:
        assert len(tx.scalars(select(Call.sid).where(Call.caller == CALLER)).all()) == 3
    assert purge_older(sessions, clock.now(), clock, files, no_rest) == {"calls": 3, "recordings": 5}
    assert not list(folder_of(files).iterdir())


def test_a_file_is_deleted_before_its_name_is_and_again_after_a_kill(
    sessions: Sessions, clock: FakeClock, files: RecordingFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_call(sessions, "CA1", clock.now() - timedelta(days=100), files)

    class KilledError(Exception):
        pass

    def killed(path: str) -> None:
        raise KilledError

    with monkeypatch.context() as patched:
        patched.setattr(files, "delete", killed)
        with pytest.raises(KilledError):
            purge_older(sessions, clock.now(), clock, files, no_rest)
    with sessions() as tx:
        assert tx.scalars(select(Recording.path)).all() == ["RECA1.wav.aes"]
    assert purge_older(sessions, clock.now(), clock, files, no_rest)["recordings"] == 1
    assert not list(folder_of(files).iterdir())


def test_what_a_killed_process_left_in_the_folder_is_deleted_and_strangers_files_are_not(
    sessions: Sessions, clock: FakeClock, files: RecordingFiles
) -> None:
    a_call(sessions, "CA1", clock.now(), files)
    for name in ("RE9.wav.aes", "RE9redacted.wav.aes", "RE9.wav.0123abcd", "notes.txt"):
        (folder_of(files) / name).write_bytes(b"")
        os.utime(folder_of(files) / name, (0, 0))
    for name in ("RECA1.wav.aes", "RECA1redacted.wav.aes"):
        os.utime(folder_of(files) / name, (0, 0))
    purge_older(sessions, clock.now() - timedelta(days=90), clock, files, no_rest)
    assert {file.name for file in folder_of(files).iterdir()} == {"RECA1.wav.aes", "RECA1redacted.wav.aes", "notes.txt"}


def test_a_file_that_is_finished_while_the_folder_is_looked_through_is_no_fault(
    sessions: Sessions, clock: FakeClock, files: RecordingFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_call(sessions, "CA1", clock.now(), files)
    for name in ("RE8.wav.0123abcd", "RE9.wav.aes"):
        (folder_of(files) / name).write_bytes(b"")
        os.utime(folder_of(files) / name, (0, 0))
    listed = list(folder_of(files).iterdir())
    monkeypatch.setattr(Path, "iterdir", lambda _folder: iter(listed))
    (folder_of(files) / "RE8.wav.0123abcd").unlink()
    purge_older(sessions, clock.now() - timedelta(days=90), clock, files, no_rest)
    assert {path.name for path in listed if path.exists()} == {"RECA1.wav.aes", "RECA1redacted.wav.aes"}


def test_of_work_that_was_given_up_only_what_is_owed_stays(
    sessions: Sessions, clock: FakeClock, files: RecordingFiles
) -> None:
    old = clock.now() - timedelta(days=100)
    with sessions.begin() as tx:
        for topic in ("text.send", "card.book", "payment.due", "payment.settle", "recording.delete"):
            tx.get_one(Outbox, outbox.put(tx, topic, {"body": WORDS}, old)).given_up_at = old
        tx.get_one(Outbox, outbox.put(tx, "text.send", {"body": "young"}, old)).given_up_at = clock.now()
        outbox.put(tx, "text.send", {"body": "open"}, old)
    purge_older(sessions, clock.now() - timedelta(days=90), clock, files, no_rest)
    with sessions() as tx:
        left = tx.execute(select(Outbox.topic, Outbox.given_up_at == old).order_by(Outbox.id)).tuples().all()
    assert [topic for topic, _ in left] == [
        "card.book", "payment.due", "payment.settle", "recording.delete", "text.send", "text.send",
    ]  # fmt: skip


def test_whom_the_line_dialled_and_who_guessed_at_pins_is_forgotten_with_the_rest(
    sessions: Sessions, clock: FakeClock, files: RecordingFiles
) -> None:
    old, young = clock.now() - timedelta(days=100), clock.now() - timedelta(days=10)
    with sessions.begin() as tx:
        for at in (old, young):
            tx.add(Dial(at=at, address=CALLER, purpose="text", by=f"caller:{CALLER}"))
            tx.add(PinAttempt(at=at, account=ACCOUNT, source=CALLER, call_sid="CA1"))
    purge_older(sessions, clock.now() - timedelta(days=90), clock, files, no_rest)
    with sessions() as tx:
        assert tx.scalars(select(Dial.at)).all() == tx.scalars(select(PinAttempt.at)).all() == [young]


def test_a_recording_that_was_never_fetched_is_deleted_at_the_carrier(
    sessions: Sessions, clock: FakeClock, files: RecordingFiles
) -> None:
    a_call(sessions, "CA1", clock.now() - timedelta(days=100), files)
    with sessions.begin() as tx:
        row = tx.scalars(select(Recording)).one()
        row.state, row.path = "announced", None
    purge_older(sessions, clock.now(), clock, files, no_rest)
    with sessions() as tx:
        assert tx.scalars(select(Outbox.topic).where(Outbox.done_at.is_(None))).all() == ["recording.delete"]


def test_a_caller_to_whom_a_call_back_is_owed_is_not_forgotten_yet(
    sessions: Sessions, clock: FakeClock, files: RecordingFiles
) -> None:
    a_call(sessions, "CA1", clock.now() - timedelta(days=100), files)
    with sessions.begin() as tx:
        tx.scalars(select(CallBack)).one().state = "booked"
    assert purge_older(sessions, clock.now(), clock, files, no_rest)["calls"] == 0


def test_a_call_whose_end_nobody_told_is_forgotten_like_any_other(
    sessions: Sessions, clock: FakeClock, files: RecordingFiles
) -> None:
    a_call(sessions, "CA1", clock.now() - timedelta(days=100), files)
    with sessions.begin() as tx:
        tx.get_one(Call, "CA1").ended_at = None
    assert purge_older(sessions, clock.now() - timedelta(days=90), clock, files, no_rest)["calls"] == 1


def test_a_card_payment_in_doubt_and_the_ledgers_books_stay(
    sessions: Sessions, clock: FakeClock, files: RecordingFiles
) -> None:
    a_call(sessions, "CA1", clock.now() - timedelta(days=100), files)
    with sessions.begin() as tx:
        tx.scalars(select(CardPayment)).one().state = "doubtful"
    purge_older(sessions, clock.now(), clock, files, no_rest)
    with sessions() as tx:
        assert tx.scalars(select(CardPayment.state)).all() == ["doubtful"]
        assert tx.scalars(select(Payment)).all() == []


def test_callers_are_answered_between_two_pieces(
    sessions: Sessions, clock: FakeClock, calls: Calls, files: RecordingFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forgetting, "BATCH", 2)
    for number in range(10):
        a_call(sessions, f"CA{number}", clock.now() - timedelta(days=100), files)
    waited: list[float] = []

    def answer(_seconds: float) -> None:
        begun = time.monotonic()
        calls.answer(f"CANEW{len(waited)}", CALLER, LINE)
        waited.append(time.monotonic() - begun)

    purge_older(sessions, clock.now(), clock, files, answer)
    assert len(waited) > 5 and max(waited) < 1.0


def test_what_was_promised_and_done_is_forgotten_but_for_the_newest_number(
    sessions: Sessions, clock: FakeClock
) -> None:
    with sessions.begin() as tx:
        for _ in range(3):
            outbox.done(tx, outbox.put(tx, "handoff.act", {}, clock.now()), clock.now())
        waiting = outbox.put(tx, "handoff.act", {}, clock.now())
        outbox.done(tx, outbox.put(tx, "handoff.act", {}, clock.now()), clock.now())
    clock.forward(2 * 86_400)
    with sessions.begin() as tx:
        assert outbox.forget_done(tx, clock.now()) == 3
        assert tx.scalars(select(Outbox.id).order_by(Outbox.id)).all() == [waiting, waiting + 1]


def test_a_call_that_is_held_is_kept_until_the_hold_is_lifted(
    sessions: Sessions, clock: FakeClock, files: RecordingFiles
) -> None:
    a_call(sessions, "CA1", clock.now() - timedelta(days=100), files)
    with sessions.begin() as tx:
        holds.hold(tx, "CA1", "court 7", "ada", clock.now())
        tx.add(Dial(at=clock.now() - timedelta(days=100), address=CALLER, purpose="text", by="line", call_sid="CA1"))
        with pytest.raises(holds.NoSuchCallError):
            holds.hold(tx, "CA9", "court 7", "ada", clock.now())
    assert purge_older(sessions, clock.now(), clock, files, no_rest) == {"calls": 0, "recordings": 0}
    assert CALLER in everything(sessions)
    with sessions.begin() as tx:
        assert [row.reason for row in holds.standing(tx)] == ["court 7"]
        assert holds.lift(tx, "CA1", "ada", clock.now()) == 1
        assert holds.lift(tx, "CA1", "ada", clock.now()) == 0
    assert purge_older(sessions, clock.now(), clock, files, no_rest) == {"calls": 1, "recordings": 1}
    assert CALLER not in everything(sessions)
    with sessions() as tx:
        assert set(tx.scalars(select(Audit.action))) == {"hold", "hold-lifted", "purge"}


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        ("all=90", {"plain", "message", "disputed"}),
        ("all=90, outcome:message=30", {"plain", "message", "disputed", "young message"}),
        ("all=90, flag:disputed=730", {"plain", "message"}),
        ("all=90, outcome:message=30, flag:disputed=730", {"plain", "message", "young message"}),
        ("outcome:message=30", {"message", "young message"}),
        ("all=30, intent:dispute=365", {"plain", "message", "young message"}),
        ("all=365", set()),
    ],
)
def test_what_is_forgotten_by_policy_is_what_its_longest_rule_says(
    text: str, gone: set[str], sessions: Sessions, clock: FakeClock, files: RecordingFiles
) -> None:
    made = {"plain": 100, "message": 100, "disputed": 100, "young message": 40}
    with sessions.begin() as tx:
        for place, (name, days) in enumerate(made.items()):
            at = clock.now() - timedelta(days=days)
            outcome = "message" if "message" in name else "resolved"
            tx.add(Call(sid=name, caller=CALLER, called=LINE, started_at=at, ended_at=at, outcome=outcome))
            tx.flush()
            if name == "disputed":
                tx.add(CallFlag(call_sid=name, flag="disputed", place=place))
                tx.add(CallIntent(call_sid=name, intent="dispute", place=place))
    purge_by_policy(sessions, Policy.parse(text), clock, files, no_rest)
    with sessions() as tx:
        assert set(tx.scalars(select(Call.sid).where(Call.forgotten_at.is_not(None)))) == gone


@pytest.mark.parametrize("text", ["90", "all", "all=0", "all=-1", "outcome:nonsense=3", "kind:x=3", "flag:=3", "all=x"])
def test_a_rule_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="outcome:NAME=DAYS"):
        Policy.parse(text)
