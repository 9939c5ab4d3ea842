"""The post-call pipeline over calls that were made up: turns as the bot would have heard them, then every job."""

from concurrent.futures import Future
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from numpy.typing import NDArray
from sqlalchemy import select

from bench.redaction.calls import SoundCall, Uttered
from ivr.calls.masking import take_out
from ivr.recordings.copies import redacted_copy
from ivr.recordings.secret_spells import in_segment
from ivr.recordings.silencing import to_wav
from ivr.recordings.storage import RecordingStorage
from ivr.recordings.transcription import read_sound
from ivr.redaction import Named, holds_marker
from ivr.store import migrate, outbox
from ivr.store.engine import make_engine, make_sessions
from ivr.store.models import Call, Outbox, Recording, Turn
from ivr.store.topics import RECORDING_FETCH
from speech.audio import RATE, Samples
from speech.events import Expectation
from speech.inference_queue import Priority
from speech.stt import Transcript, WhisperSpeechToText
from workers.context import WorkerContext
from workers.jobs import JOBS, Job

OPEN, DIGITS = Expectation(), Expectation("digits")
EXPECTED: dict[Named, Expectation] = {"pin": Expectation("digits", 4), "code": Expectation("digits", 6)}
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class RememberingSpeechToText(WhisperSpeechToText):
    """Hears the same sound once, however many calls it is in."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._heard: dict[tuple[bytes, Expectation], Transcript] = {}
        self.asked = self.known = 0

    def transcribe(
        self, sound: NDArray[Any], expect: Expectation = OPEN, priority: Priority = Priority.TURN
    ) -> "Future[Transcript]":
        self.asked += 1
        key = (sha256(sound.tobytes()).digest(), expect)
        if (known := self._heard.get(key)) is not None:
            self.known += 1
            done: Future[Transcript] = Future()
            done.set_result(known)
            return done
        future = super().transcribe(sound, expect, priority)
        future.add_done_callback(lambda done: self._heard.__setitem__(key, done.result()))
        return future


@dataclass
class Kept:
    """What is kept of a call in the end, and what its channels were heard to say before anything was taken out."""

    redaction: str | None
    proofs: int
    copy: Samples  # [2, n]
    texts: list[str]
    masked: list[tuple[int, float, float]]  # (channel, start, end) of what was taken out of the transcript
    words: list[tuple[int, float, float, str]]  # (channel, start, end, word) of what is left in it


def _nothing(*_args: Any, **_more: Any) -> None:
    """Stands for what a carrier and open pages would do."""


class Pipeline:
    """A database and a store of their own, in `folder`, and the jobs of a worker on them."""

    def __init__(self, folder: Path, stt: WhisperSpeechToText) -> None:
        url = f"sqlite:///{folder / 'calls.db'}"
        migrate.upgrade(url)
        self._sessions, self._stt = make_sessions(make_engine(url)), stt
        self._sounds: dict[str, bytes] = {}
        self._store = RecordingStorage((folder / "kept").as_uri(), b"k" * 32)
        parts: dict[str, Any] = {
            "sessions": self._sessions, "clock": SimpleNamespace(now=lambda: datetime.now(UTC)), "redis_url": "",
            "carrier": SimpleNamespace(fetch_recording=self._sounds.__getitem__, delete_recording=_nothing,
                                       find_recording=_nothing),
            "handoffs": None, "recordings": self._store, "dials": None, "stt": lambda: stt,
            "live": SimpleNamespace(publish=_nothing, settle=_nothing),
        }  # fmt: skip
        self._context = WorkerContext(**parts)

    def through(self, call: SoundCall, number: int) -> Kept:
        sid = f"CA{number:032}"
        with self._sessions.begin() as tx:
            tx.add(Call(sid=sid, caller="+15550100001", called="+15550100000", started_at=START))
        for one in call.uttered:
            if one.saying.who != "agent":
                self._turn(sid, one)
        self._sounds["/r"] = to_wav(call.samples)
        with self._sessions.begin() as tx:
            row = Recording(call_sid=sid, sid=f"RE{number:032}", state="announced", source_url="/r", created_at=START)
            tx.add(row)
            tx.flush()
            recording_id = row.id
            outbox.put(tx, RECORDING_FETCH, {"recording": row.id}, START)
        self._work_off()
        return self._kept(sid, recording_id)

    def _turn(self, sid: str, one: Uttered) -> None:
        """As the call service writes it down: heard by the live recogniser, without the secrets that it knows."""
        saying, start, end = one.saying, one.start / RATE, one.end / RATE
        turn = Turn(call_sid=sid, key=f"{one.start}", speaker=saying.who, start=start, end=end, words=[])
        if saying.keys:
            turn.via, turn.text, turn.start = "keys", saying.keys, end
        elif saying.who == "bot":
            turn.text = " ".join(fragment.text for fragment in saying.fragments)
        else:
            heard = self._stt.transcribe(one.sound, EXPECTED.get(cast("Named", saying.asked), OPEN)).result()
            turn.text, turn.confidence = heard.text, heard.confidence
            turn.words = [
                {"word": word.word, "start": start + word.start, "end": start + word.end, "confidence": word.confidence}
                for word in heard.words
            ]
        with self._sessions.begin() as tx:
            take_out(tx, turn, cast("Named | None", saying.asked))
            tx.add(turn)

    def _work_off(self) -> None:
        open_rows = select(Outbox).where(Outbox.done_at.is_(None)).order_by(Outbox.id).limit(1)
        while True:
            with self._sessions() as tx:
                row = tx.scalar(open_rows)
            if row is None:
                return
            row_id = row.id
            JOBS[row.topic](self._context, Job(row_id, row.payload, partial(outbox.done, row_id=row_id, now=START)))

    def _kept(self, sid: str, recording_id: int) -> Kept:
        with self._sessions() as tx:
            row = tx.get_one(Recording, recording_id)
            turns = list(tx.scalars(select(Turn).where(Turn.call_sid == sid).order_by(Turn.start)))
            lines = [(turn.text, turn.words) for turn in turns]
            lines += [(segment["text"], segment["words"]) for segment in row.transcript]
            return Kept(
                redaction=row.redaction, proofs=row.proofs,
                copy=read_sound(self._store.read(redacted_copy(row))).samples,
                texts=[text for line, words in lines for text in (line, " ".join(word["word"] for word in words))],
                masked=[(one.channel, one.start, one.end) for segment in row.transcript for one in in_segment(segment)],
                words=[
                    (segment["channel"], word["start"], word["end"], word["word"])
                    for segment in row.transcript for word in segment["words"] if not holds_marker(word["word"])
                ],
            )  # fmt: skip
