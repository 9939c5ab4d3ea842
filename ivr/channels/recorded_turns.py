"""One caller without a media socket: what they say is recorded, transcribed, and answered by documents. The
dialogue is the same."""

import io
import logging
import secrets
import threading
import wave
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.calls.dialogue_service import DialogueService
from ivr.calls.dialogue_steps import Applied
from ivr.calls.transcript import stream_offset
from ivr.clock import Clock
from ivr.dialling.attestation import believed
from ivr.dialogue import actions, events, machine
from ivr.dialogue.actions import AnswerKind
from ivr.payments.bot_cards import unreported
from ivr.store import outbox
from ivr.store.engine import Sessions
from ivr.store.idempotency import first_time
from ivr.store.models import Call, Turn, Webhook
from ivr.store.stream_tokens import Connected, since_start
from ivr.store.topics import TURN_DELETE
from speech.audio import RATE, Samples, resample
from speech.events import Expectation, UserTurn
from speech.stt import Segment, joined

log = logging.getLogger(__name__)

LEDGER_SECONDS = 6.0  # as long as on the socket; the carrier waits 15 s for a document
GREETING_SECONDS = 2.0  # that the ledger may take to tell who calls before they are greeted without it
FORGET_AFTER = timedelta(minutes=1)  # by then it is heard, or was asked for again
PAUSE = 2.0  # seconds: a longer one within an utterance would have ended its recording


class TurnSpeechToText(Protocol):
    """What transcribes one recorded turn."""

    def transcribe_long(self, samples: Samples, expect: Expectation = ..., *, gap: float = ...) -> list[Segment]: ...


@dataclass(frozen=True, slots=True)
class Reply:
    """What the caller is told, and what they are then asked for; `listen` None: they go on at /voice/resume.

    `number` is the turn's own: what answers it carries it, so that a repeated webhook is known as one.
    """

    number: int
    says: tuple[str, ...]
    listen: actions.Listen | None
    language: str = "en"


@dataclass(frozen=True, slots=True)
class NoWords:
    """No words were heard."""


class RecordedTurns:
    """Each method is one webhook of the call; blocking. `stt` is made when the first caller needs it.

    It is the web process's own: this channel is for when the media process cannot be had.
    """

    def __init__(
        self,
        service: DialogueService,
        sessions: Sessions,
        clock: Clock,
        stt: Callable[[], TurnSpeechToText],
        ledger: Executor,
    ) -> None:
        self._service, self._sessions, self._clock = service, sessions, clock
        self._stt, self._ledger = stt, ledger

    def begin(self, sid: str) -> Reply:
        """The first words, or the apology and where we were. Meanwhile Whisper is loaded, if it is not there."""
        threading.Thread(target=self._stt, daemon=True, name="stt").start()
        with self._sessions() as tx:
            call = tx.get_one(Call, sid)
            connected = Connected(
                call.streams, believed(call.caller, call.verstat), call.dialogue is not None, unreported(call)
            )
            number = call.step
        event = self._in_time(self._service.opening, connected, seconds=GREETING_SECONDS)
        return self._run(sid, event or self._service.opening(connected, ask=False), f"b{number}")

    def recorded(self, sid: str, number: int, wav: bytes, kind: AnswerKind, digits: int | None) -> Reply | None:
        """What was recorded; None: no words. Raises ValueError for what is no WAV file."""
        samples = read_wav(wav)
        segments = self._stt().transcribe_long(samples, Expectation(kind, digits), gap=PAUSE)
        said = joined([segment.transcript for segment in segments], Expectation(kind, digits))
        if not said.text:
            with self._sessions.begin() as tx:
                first_time(tx, _nothing(sid, number), self._clock.now())
            return None
        end = self._stream_time(sid)
        start = max(0.0, end - len(samples) / RATE)
        turn = UserTurn(said.text, said.confidence, said.words, start, end, {"listen": 1000 * said.elapsed})
        return self._run(sid, self._service.event_of(turn, kind), f"t{number}", turn)

    def keyed(self, sid: str, number: int, digits: str) -> Reply:
        """Keys; an empty string is the pound key alone."""
        at = self._stream_time(sid)
        return self._run(sid, events.Keyed(digits), f"t{number}", UserTurn.of_keys(digits, at))

    def silent(self, sid: str, number: int) -> Reply:
        """Nothing came for as long as the question waits."""
        return self._run(sid, events.NoInput(), f"t{number}")

    def result_of(self, sid: str, number: int) -> "Reply | NoWords | None":
        """What has come of turn `number`, for whoever did not wait for it: no words, or None while it is under way."""
        with self._sessions() as tx:
            call = tx.get_one(Call, sid)
            if tx.get(Webhook, _nothing(sid, number)) is not None:
                return NoWords()
            under_way = call.stage == "dialogue" and machine.restore(call.dialogue).phase == "waiting"
            if under_way or not self._known(tx, sid, number):
                return None
            bot = tx.scalars(select(Turn).where(Turn.call_sid == sid, Turn.speaker == "bot").order_by(Turn.id))
            says = tuple(turn.text for turn in bot if _step_of(turn.key) > number)
            stage, language = call.stage, call.language
        listen = None
        if stage == "dialogue":
            key = f"t{number}.{secrets.token_hex(4)}"
            listen, _ = self._collect(self._service.apply(sid, events.Returned(), key), [])
        return Reply(self._stage(sid)[1], says, listen, language)

    def taken(self, sid: str, number: int) -> bool:
        """Whether turn `number` was taken before: what comes for it now is a repetition."""
        with self._sessions() as tx:
            return self._known(tx, sid, number)

    def promise_to_forget(self, recording: str) -> int:
        """A turn may hold a PIN: whatever becomes of this process, its recording is deleted. The promise's number."""
        with self._sessions.begin() as tx:
            now = self._clock.now()
            return outbox.put(tx, TURN_DELETE, {"recording": recording}, now + FORGET_AFTER)

    def forgotten(self, promise: int) -> None:
        with self._sessions.begin() as tx:
            outbox.done(tx, promise, self._clock.now())

    # --- the dialogue ---

    def _known(self, tx: Session, sid: str, number: int) -> bool:
        return tx.get(Webhook, f"event:{sid}:t{number}") is not None

    def _run(self, sid: str, event: events.Event, key: str, turn: UserTurn | None = None) -> Reply:
        """Apply the event and the ledger's answers to what follows from it, until the caller is asked or leaves."""
        try:
            applied = self._service.apply(sid, event, key, turn)
        except machine.NotStartedError:  # an answer of which nobody asked the question
            return self.begin(sid)
        if not applied.actions and self._stage(sid)[0] == "dialogue":  # delivered before: the answer may be lost
            key = f"{key}.{secrets.token_hex(4)}"
            applied = self._service.apply(sid, events.Resumed(), key)
        says: list[actions.Say] = []
        listen, queries = self._collect(applied, says)
        for count in range(1, 20):
            if not queries:
                break
            answer = self._in_time(self._service.ask, sid, queries.pop(0))
            applied = self._service.apply(sid, answer if answer is not None else events.Failed(), f"{key}.{count}")
            listen, more = self._collect(applied, says)
            queries += more
        stage, number = self._stage(sid)
        if stage == "dialogue" and listen is not None and self._service.worth_a_socket(sid):
            listen = None
        language = says[-1].language if says else "en"
        texts = tuple(say.text for say in says)
        return Reply(number, texts, listen if stage == "dialogue" else None, language)

    def _collect(self, applied: Applied, says: list[actions.Say]) -> tuple[actions.Listen | None, list[actions.Query]]:
        listen: actions.Listen | None = None
        queries: list[actions.Query] = []
        for _, action in applied.actions:
            match action:
                case actions.Say():
                    says.append(action)
                case actions.Listen():
                    listen = action
                case _ if isinstance(action, actions.Query):
                    queries.append(action)
                case _:
                    pass
        return listen, queries

    def _in_time(
        self, work: Callable[..., events.Event], *arguments: Any, seconds: float = LEDGER_SECONDS
    ) -> events.Event | None:
        """The ledger's answer, or None when it takes too long."""
        asked = self._ledger.submit(work, *arguments)
        try:
            return asked.result(seconds)
        except TimeoutError:
            if arguments and isinstance(arguments[0], str):
                sid = arguments[0]
                asked.add_done_callback(
                    lambda late: None if late.exception() else self._service.replied_late(sid, late.result())
                )
            return None

    # --- the call ---

    def _stage(self, sid: str) -> tuple[str, int]:
        with self._sessions() as tx:
            call = tx.get_one(Call, sid)
            return call.stage, call.step

    def _stream_time(self, sid: str) -> float:
        """Now, on the clock that the call service adds to the stream's start."""
        with self._sessions() as tx:
            call = tx.get_one(Call, sid)
            return since_start(call, self._clock.now()) - stream_offset(call)


def _nothing(sid: str, number: int) -> str:
    return f"nothing:{sid}:t{number}"


def _step_of(key: str) -> int:
    """Of a bot turn's key, as in "bot7.0"."""
    return int(key.removeprefix("bot").partition(".")[0])


def read_wav(data: bytes) -> Samples:
    """The first channel at 8 kHz. Raises ValueError for anything but 16-bit PCM."""
    try:
        with wave.open(io.BytesIO(data)) as file:
            channels, width, rate = file.getnchannels(), file.getsampwidth(), file.getframerate()
            frames = file.readframes(file.getnframes())
    except (wave.Error, EOFError) as error:
        raise ValueError(f"the recording is no WAV file: {error}") from None
    if width != 2:
        raise ValueError(f"the recording has {8 * width} bits a sample; 16 are expected")
    return np.asarray(resample(np.frombuffer(frames, "<i2")[::channels].astype(np.int16), rate, RATE), np.int16)
