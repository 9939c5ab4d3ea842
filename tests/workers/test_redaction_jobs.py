"""The copy without secrets: silent where they are said or keyed, heard again, widened, and withheld in the end."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from sqlalchemy import select

from ivr.recordings.copies import redacted_copy
from ivr.recordings.transcription import Samples, read_sound
from ivr.redaction import Personal
from ivr.store.models import Call, Outbox, Recording, Turn
from speech.audio import RATE, decode
from speech.tones import keys_heard
from switch.media.audio import dtmf_tones
from tests.fakes.fake_level_hearing import FakeLevelHearing, line, recording_of
from tests.harness.worker_jobs import SID, a_recording, recording, work_off
from workers import context as workers_context
from workers import jobs
from workers.context import WorkerContext

pytestmark = pytest.mark.integration


class Talk:
    """A recording made of words; worked off, it is told what is still in the copy."""

    def __init__(self, context: WorkerContext, hearing: FakeLevelHearing, monkeypatch: pytest.MonkeyPatch) -> None:
        self.hearing, self.context = hearing, replace(context, stt=lambda: hearing)
        self.caller, self.others = line(20.0), line(20.0)
        monkeypatch.setattr(workers_context.provider, "_context", self.context)

    def kept(self) -> Recording:
        carrier: Any = self.context.carrier
        carrier.fetch_recording = lambda _url: recording_of([self.caller, self.others])
        recording_id = a_recording(self.context)
        work_off(self.context)
        return recording(self.context, recording_id)

    def copy(self, kept: Recording) -> Samples:
        return read_sound(self.context.recordings.read(redacted_copy(kept))).samples

    def still_said(self, kept: Recording) -> str:
        again = FakeLevelHearing()
        again.words = self.hearing.words
        return " ".join(part.transcript.text for one in self.copy(kept) for part in again.transcribe_long(one))


@pytest.fixture
def talk(context: WorkerContext, monkeypatch: pytest.MonkeyPatch) -> Talk:
    return Talk(context, FakeLevelHearing(), monkeypatch)


def test_a_secret_said_out_of_turn_is_silent_in_the_copy_and_all_else_is_there(talk: Talk) -> None:
    talk.hearing.say("my pin is two seven four nine and i pay fifty dollars", 1.0, talk.caller)
    kept = talk.kept()
    assert kept.redaction == "proved"
    assert talk.still_said(kept) == "my pin is and i pay fifty dollars"
    assert "seven" not in str(kept.transcript) and "(PIN)" in str(kept.transcript)
    assert [(one["channel"], one["kind"]) for one in kept.silenced] == [(1, "pin")]
    at = slice(int(2.6 * RATE), int(4.3 * RATE))
    assert not talk.copy(kept)[0, at].any(), "true zeros"
    original = read_sound(talk.context.recordings.read(kept)).samples
    assert np.array_equal(original, np.stack([talk.caller, talk.others]))


def test_the_other_side_is_not_touched_by_a_callers_secret(talk: Talk) -> None:
    talk.hearing.say("my pin is two seven four nine", 1.0, talk.caller)
    talk.hearing.say("one moment please while i look", 1.0, talk.others)
    kept = talk.kept()
    assert np.array_equal(talk.copy(kept)[1], talk.others)


def test_an_agent_who_repeats_the_secret_is_silent_there_too(talk: Talk) -> None:
    talk.hearing.say("my pin is two seven four nine", 1.0, talk.caller)
    talk.hearing.say("so that is two seven four nine thank you", 6.0, talk.others)
    assert talk.still_said(talk.kept()) == "my pin is so that is thank you"


def test_keys_are_silent_on_both_channels(talk: Talk) -> None:
    keys = decode(dtmf_tones("2749"))
    talk.caller[RATE : RATE + len(keys)] = keys
    talk.others[3 * RATE : 3 * RATE + len(keys)] = keys
    kept = talk.kept()
    assert kept.redaction == "proved"
    assert not any(keys_heard(channel, 0.2) for channel in talk.copy(kept))


def turn(talk: Talk, text: str, words: list[Any], start: float, end: float, speaker: str = "caller") -> None:
    with talk.context.sessions.begin() as tx:
        tx.add(
            Turn(call_sid=SID, key=f"{speaker}:{start}", speaker=speaker, text=text, start=start, end=end, words=words)
        )


def test_what_the_turns_know_is_silent_even_where_the_recording_was_heard_otherwise(
    context: WorkerContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    talk = Talk(context, FakeLevelHearing(), monkeypatch)
    talk.hearing.say("the fast world was blue bird and more", 2.0, talk.caller)
    words = [
        {"word": "password", "start": 2.5, "end": 3.4, "confidence": 0.9},
        {"word": "is", "start": 3.5, "end": 3.9, "confidence": 0.9},
        {"word": "(password)", "start": 4.0, "end": 4.9, "confidence": 0.9},
    ]
    carrier: Any = talk.context.carrier
    carrier.fetch_recording = lambda _url: recording_of([talk.caller, talk.others])
    recording_id = a_recording(talk.context)
    turn(talk, "password is (password)", words, 2.0, 5.0)
    work_off(talk.context)
    kept = recording(talk.context, recording_id)
    assert talk.still_said(kept) == "the fast world was and more"
    assert "blue" not in str(kept.transcript)


def test_what_only_the_recording_knows_is_taken_out_of_the_turns(talk: Talk) -> None:
    talk.hearing.say("my pin is two seven four nine", 1.0, talk.caller)
    carrier: Any = talk.context.carrier
    carrier.fetch_recording = lambda _url: recording_of([talk.caller, talk.others])
    a_recording(talk.context)
    said = ["my", "pen", "is", "two", "seven", "four", "nine"]
    words = [
        {"word": word, "start": 1.0 + number / 2, "end": 1.4 + number / 2, "confidence": 0.9}
        for number, word in enumerate(said)
    ]
    turn(talk, " ".join(said), words, 1.0, 4.5)
    work_off(talk.context)
    with talk.context.sessions() as tx:
        row = tx.scalars(select(Turn)).one()
        assert row.text == "my pen is (PIN)"
        assert [word["word"] for word in row.words] == ["my", "pen", "is", "(PIN)"]


def test_a_secret_that_is_heard_again_widens_the_silence_until_it_is_gone(
    context: WorkerContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    talk = Talk(context, FakeLevelHearing(late=3.0, many=1), monkeypatch)  # far off the first time
    talk.hearing.say("my pin is two seven four nine", 1.0, talk.caller)
    kept = talk.kept()
    assert kept.redaction == "proved" and kept.proofs > 1
    assert "four" not in talk.still_said(kept)


def test_after_some_tries_reviewers_get_no_sound_at_all(
    context: WorkerContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    talk = Talk(context, FakeLevelHearing(), monkeypatch)
    talk.hearing.say("my pin is two seven four nine", 1.0, talk.caller)
    monkeypatch.setattr(jobs.redaction, "without", lambda sound, _spells: sound.samples.copy())
    kept = talk.kept()
    assert (kept.redaction, kept.proofs) == ("withheld", jobs.redaction.PROOFS)
    with context.sessions() as tx:
        assert not tx.scalars(select(Outbox).where(Outbox.done_at.is_(None))).all()


def test_a_recording_that_is_forgotten_meanwhile_leaves_no_copy(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    talk.hearing.say("my pin is two seven four nine", 1.0, talk.caller)
    save = talk.context.recordings.save

    def forget_then_save(sid: str, sound: bytes) -> str:
        if sid.endswith("redacted"):
            with talk.context.sessions.begin() as tx:
                tx.scalars(select(Recording)).one().state = "deleting"
        return save(sid, sound)

    monkeypatch.setattr(talk.context.recordings, "save", forget_then_save)
    kept = talk.kept()
    assert (kept.state, kept.redacted_path) == ("deleting", None)
    assert [name for name, _ in talk.context.recordings.files.place.files()] == [kept.path]


def test_each_stage_done_again_changes_nothing(talk: Talk) -> None:
    talk.hearing.say("my pin is two seven four nine", 1.0, talk.caller)
    kept = talk.kept()
    before = (kept.redaction, kept.silenced, kept.transcript, kept.proofs)
    with talk.context.sessions.begin() as tx:
        for row in tx.scalars(select(Outbox).where(Outbox.topic.startswith("recording."))):
            row.done_at = None
    work_off(talk.context)
    again = recording(talk.context, kept.id)
    assert (again.redaction, again.silenced, again.transcript, again.proofs) == before


def test_names_are_silent_and_out_of_the_turns_where_the_operator_wants_it(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    talk.context = replace(talk.context, personal=Personal(names=True))
    monkeypatch.setattr(workers_context.provider, "_context", talk.context)
    said = "my name is anna and i pay fifty dollars"
    talk.hearing.say(said, 1.0, talk.caller)
    carrier: Any = talk.context.carrier
    carrier.fetch_recording = lambda _url: recording_of([talk.caller, talk.others])
    recording_id = a_recording(talk.context)
    with talk.context.sessions.begin() as tx:
        tx.get_one(Call, SID).ended_at = talk.context.clock.now()
        tx.add(Turn(call_sid=SID, key="1", speaker="caller", via="voice", text=said, start=1.0, end=5.0, words=[]))
    work_off(talk.context)
    kept = recording(talk.context, recording_id)
    assert kept.redaction == "proved"
    assert talk.still_said(kept) == "my name is and i pay fifty dollars"
    with talk.context.sessions() as tx:
        turn = tx.scalars(select(Turn).where(Turn.key == "1")).one()
    assert turn.text == "my name is (name) and i pay fifty dollars"
    assert "anna" not in str(kept.transcript)
