"""What the line asks of the simulated carrier, as one process asks it: refused, or done and not answered, by seed."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TypeVar
from urllib.parse import urlsplit

from bench.simulation.exchange import Exchange
from bench.simulation.process import Process
from bench.simulation.recorded_words import wav_of
from ivr.carrier.port import CarrierCall, CarrierError, CarrierRecording
from ivr.carrier.twilio.requests import ANSWER_SECONDS, CONNECT_SECONDS

T = TypeVar("T")
TAKES = (0.03, 0.3)  # seconds that a request takes
SILENT = CONNECT_SECONDS + ANSWER_SECONDS  # after which the client gives up


class Rest:
    """The part of the carrier's port that a simulated line uses."""

    def __init__(self, exchange: Exchange, process: Process) -> None:
        self._exchange, self._process = exchange, process

    def ring(self, to: str, from_: str, url: str, status_url: str, timeout: int, fallback_url: str) -> str:
        return self._asked(lambda: self._exchange.rings((from_, to), url, fallback_url, status_url).sid, again=False)

    def move(self, call_sid: str, url: str) -> bool:
        def move() -> bool:
            leg = self._exchange.legs[call_sid]
            leg.note(f"is moved to {urlsplit(url).path}")
            return leg.move(url)

        return self._asked(move)

    def end(self, call_sid: str) -> None:
        self._asked_twice(lambda: self._exchange.legs[call_sid].end())

    def status(self, call_sid: str) -> str | None:
        return self._asked_twice(lambda: leg.status if (leg := self._exchange.legs.get(call_sid)) else None)

    def end_conference(self, conference_sid: str) -> None:
        def end() -> None:
            if (conference := self._exchange.conference_of(conference_sid)) is not None:
                conference.end()

        self._asked_twice(end)

    def change_participant(
        self,
        conference_sid: str,
        call_sid: str,
        *,
        muted: bool | None = None,
        hold: bool | None = None,
        coach: str | None = None,
    ) -> bool:
        def change() -> bool:
            conference = self._exchange.conference_of(conference_sid)
            leg = self._exchange.legs[call_sid]
            return conference is not None and (hold is None or conference.hold(leg, hold))

        return self._asked_twice(change)

    def send_text(self, to: str, body: str, dial: int | None = None) -> str:
        def send() -> str:
            self._exchange.texts.append((to, body))
            return f"SM{len(self._exchange.texts):032x}"

        return self._asked(send, again=False)

    # --- recordings and records ---

    def fetch_recording(self, url: str) -> bytes:
        return self._asked_twice(lambda: wav_of(self._exchange.recordings[url.rpartition("/")[2]]))

    def delete_recording(self, recording_sid: str) -> None:
        self._asked_twice(lambda: self._exchange.recordings.pop(recording_sid, None))

    def find_recording(self, recording_sid: str) -> CarrierRecording | None:
        return None

    def recordings(self, after: datetime, before: datetime, limit: int) -> Iterator[CarrierRecording]:
        return iter(())

    def find_call(self, call_sid: str) -> CarrierCall | None:
        def find() -> CarrierCall | None:
            leg = self._exchange.legs.get(call_sid)
            return CarrierCall(leg.sid, leg.status, leg.from_, leg.to) if leg else None

        return self._asked_twice(find)

    def resume_recording(self, call_sid: str) -> None:
        self._asked_twice(lambda: None)

    stop_recording = forget_call = resume_recording

    def _asked_twice(self, work: Callable[[], T]) -> T:
        """What does no harm when it is done twice: the client asks again itself."""
        try:
            return self._asked(work)
        except CarrierError as error:
            if not error.doubtful:
                raise
        return self._asked(work)

    def _asked(self, work: Callable[[], T], again: bool = True) -> T:
        """`again`: it does no harm to ask once more, and the client says so."""
        process, faults = self._process, self._exchange.faults
        process.point()
        if process.sparing:
            return work()
        if faults.strikes("carrier refuses"):
            raise CarrierError("the carrier refused: 20429 too many requests", again=True)
        silent = faults.strikes("carrier silent, not done")
        if silent:
            process.time.rest(SILENT)
            raise CarrierError("the carrier does not answer", again=again, doubtful=True)
        process.time.rest(self._exchange.dice.uniform(*TAKES))
        done = work()
        if faults.strikes("carrier silent, done"):
            process.time.rest(SILENT)
            raise CarrierError("the carrier does not answer", again=again, doubtful=True)
        process.point()
        return done
