"""What is forgotten of a call, in which order, and that nobody waits for it."""

import os
import time
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from ivr.handoff.state import State
from ivr.recordings import retention as forgetting
from ivr.recordings.places.folder import FolderPlace
from ivr.recordings.retention import purge_caller, purge_older
from ivr.recordings.storage import RecordingFiles, RecordingStorage
from ivr.store import outbox
from ivr.store.engine import Sessions
from ivr.store.models import (
    Agent,
    Audit,
    Base,
    Call,
    CallBack,
    CardPayment,
    Dial,
    Handoff,
    Note,
    OneTimeCode,
    Outbox,
    Payment,
    PaymentOrder,
    PinAttempt,
    PresenceSpell,
    Recording,
    Turn,
)
from tests.fakes.fake_clock import FakeClock
from tests.harness.call_line import LINE
from tests.harness.calls import Calls

pytestmark = pytest.mark.integration

CALLER, ACCOUNT, WORDS = "+15550177777", "acc-secret", "my mother is ill"
KEPT = {"accounts", "agents", "entries", "payments", "audit"}  # the ledger's books, the people of the house, the audit


def folder_of(files: RecordingFiles) -> Path:
    assert isinstance(files.place, FolderPlace)
    return files.place.folder


@pytest.fixture
def files(tmp_path: Path) -> RecordingFiles:
    return RecordingFiles((tmp_path / "recordings").as_uri())


def no_rest(_seconds: float) -> None:
    pass


def a_call(sessions: Sessions, sid: str, at: datetime, files: RecordingFiles, caller: str = CALLER) -> None:
    """A whole call, with something personal in every table that can hold it."""
    keep = RecordingStorage(folder_of(files).as_uri(), b"k" * 32)
    with sessions.begin() as tx:
        agent = tx.scalar(select(Agent)) or Agent(
            email="ann@bank.test", name="Ann", password_hash="", phone="client:ann", presence_since=at
        )
        tx.add(agent)
        tx.add(
            Call(
                sid=sid, caller=caller, called=LINE, started_at=at, ended_at=at, stage="ended", outcome="handed-off",
                account_id=ACCOUNT, dialogue={"said": WORDS}, card={"account": ACCOUNT}, holder={"holder": WORDS},
                figures={"answers": []},
            )
        )  # fmt: skip
        tx.flush()
        tx.add(Turn(call_sid=sid, key="1", speaker="caller", text=WORDS, start=0.0, words=[{"word": WORDS}]))
        handoff = Handoff(
            call_sid=sid, state="served", reason="asked", intent="balance", summary=WORDS, known={"number": caller},
            brief={"caller": caller}, machine={**State().to_json(), "end": "served", "later": {"phone": caller}},
            requested_at=at,
        )  # fmt: skip
        tx.add(handoff)
        tx.flush()
        tx.add(Note(call_sid=sid, agent_id=agent.id, at=at, kind="note", text=WORDS))
        tx.add(CallBack(call_sid=sid, number=caller, place_at=at, state="served", booked_at=at, booked_by="caller"))
        tx.add(OneTimeCode(key=f"{sid}:1", call_sid=sid, account_id=ACCOUNT, hash="", tries=0, sent_at=at))
        tx.add(
            CardPayment(
                call_sid=sid, handoff_id=handoff.id, agent_id=agent.id, leg=sid, account=ACCOUNT, amount=1,
                currency="USD", on=at.date(), state="success", field="", begun_at=at, ended_at=at,
            )
        )  # fmt: skip
        tx.add(
            PaymentOrder(
                key=f"{sid}:1", call_sid=sid, account=ACCOUNT, amount=1, currency="USD", source="checking",
                on=at.date(), agreed_on=at.date(), state="made", asked_at=at,
            )
        )  # fmt: skip
        row = outbox.put(tx, "text.send", {"call": sid, "body": f"{WORDS}: {ACCOUNT}"}, at)
        outbox.done(tx, row, at)
        tx.add(PresenceSpell(agent_id=agent.id, presence="away", began_at=at, ended_at=at))
        path, copy = keep.save(f"RE{sid}", b"RIFF"), keep.save(f"RE{sid}redacted", b"RIFF")
        tx.add(
            Recording(
                call_sid=sid, sid=f"RE{sid}", state="transcribed", source_url="", path=path, created_at=at,
                redaction="proved", redacted_path=copy, silenced=[{"kind": "pin"}], heard_again={"transcript": WORDS},
                transcript=[{"text": WORDS}],
            )
        )  # fmt: skip


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


def test_one_caller_can_be_forgotten_at_once_and_is_not_named_in_the_audit(
    sessions: Sessions, clock: FakeClock, files: RecordingFiles
) -> None:
    a_call(sessions, "CA1", clock.now(), files)
    a_call(sessions, "CA2", clock.now(), files, caller="+15550188888")
    assert purge_caller(sessions, CALLER, clock, files, no_rest) == {"calls": 1, "recordings": 1}
    with sessions() as tx:
        assert tx.scalars(select(Call.caller).order_by(Call.sid)).all() == ["", "+15550188888"]
        assert CALLER not in str([(row.subject, row.detail) for row in tx.scalars(select(Audit))])


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
