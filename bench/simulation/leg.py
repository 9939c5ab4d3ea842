"""One leg of a call at the simulated carrier: it carries out documents, and is moved, ended and hung up."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

from bench.simulation.hearing import Hearing
from bench.simulation.virtual_time import Thread, VirtualFuture

if TYPE_CHECKING:
    from bench.simulation.exchange import Exchange

Verb = ElementTree.Element
PACE = 15.0  # characters that a voice says in a second
LENGTHS = {"music.wav": 16.0, "notice.wav": 4.0}  # seconds
PROMPT = 5.0  # of any other file
DOCUMENT_SECONDS = 15.0  # that the carrier waits for a document


class MovedError(Exception):
    """The leg runs another document from now on."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.url = url


class OverError(Exception):
    """The leg is over: `hung_up` by whoever holds the telephone, else by us or the carrier. `status` as told."""

    def __init__(self, hung_up: bool, status: str = "completed") -> None:
        super().__init__(status)
        self.hung_up, self.status = hung_up, status


class Person(Protocol):
    """Whoever holds a telephone. Each method may take its time by `leg.rest`."""

    name: str

    def keys(self, leg: "Leg", url: str) -> tuple[float, str] | None:
        """After how many seconds which keys are pressed, asked at `url`; None: none are."""
        ...

    def speaks(self, leg: "Leg", url: str) -> tuple[float, str] | None:
        """For how many seconds what is said, asked at `url`; None: nothing is."""
        ...

    def meets(self, leg: "Leg") -> None:
        """They are connected with somebody in a conference."""
        ...


class Leg:
    """`call` is the number of the caller's call that it belongs to, 0 for none; `heard_by` whether silence counts."""

    def __init__(self, exchange: "Exchange", sid: str, person: Person, call: int, numbers: tuple[str, str]) -> None:
        self.exchange, self.sid, self.person, self.call = exchange, sid, person, call
        self.from_, self.to = numbers
        self.status, self.over, self.hung_up = "ringing", False, False
        self.url, self.fallback, self.status_url = "", "", ""
        self.failed = False  # the last request of a document
        self.why_over = ""
        self.hearing = Hearing(exchange.time.time, self._too_quiet)
        self.thread: Thread[None] | None = None

    # --- from outside ---

    def begin(self, url: str, fallback: str, status_url: str) -> None:
        self.url, self.fallback, self.status_url = url, fallback, status_url
        self.thread = self.exchange.time.start(self._run)

    def move(self, url: str) -> bool:
        return self._interrupt(MovedError(url))

    def end(self) -> None:
        self._interrupt(OverError(hung_up=False, status="completed" if self.status == "in-progress" else "canceled"))

    def hang_up(self, status: str = "completed") -> None:
        """By whoever holds it; `failed`: their line drops."""
        self._interrupt(OverError(hung_up=True, status=status))

    def _interrupt(self, error: Exception) -> bool:
        if self.over or self.thread is None:
            return False
        if isinstance(error, OverError):
            self.over = True
        self.thread.throw(error)
        return True

    # --- its life ---

    def rest(self, seconds: float) -> None:
        self.exchange.time.rest(seconds)

    def note(self, words: str) -> None:
        self.exchange.history.note(self.call, f"{self.person.name}: {words}")

    def _run(self) -> None:
        try:
            self._pick_up()
            self.status = "in-progress"
            self.hearing.quiet("the call was answered")
            self._documents(self.url)
            raise OverError(hung_up=False)
        except OverError as error:
            self.over, self.hung_up, self.status = True, error.hung_up, error.status
            self.why_over = self.why_over or ("hung up" if error.hung_up else "ended")
        self.hearing.sound()
        self.note(f"over: {self.why_over} ({self.status})")
        self.exchange.over(self)

    def _pick_up(self) -> None:
        status = self.exchange.answered(self)
        if status is not None:
            raise OverError(hung_up=True, status=status)

    def _documents(self, url: str) -> None:
        following: str | None = url
        text: str | None = None
        while following is not None or text is not None:
            try:
                document = text if text is not None else self._fetch(following or "")
                text = following = None
                following = self._carry_out(ElementTree.fromstring(document))
            except MovedError as moved:
                self.hearing.quiet("a move")
                following = moved.url
        self.why_over = self.why_over or "its document ended"

    def _fetch(self, url: str, **fields: str) -> str:
        """A document; from the fallback's address, where it could not be had."""
        text = self.exchange.ask(url, self.form(**fields), spare=False, faulty=not self.failed)
        if text is not None:
            self.failed = False
            return text
        self.note(f"no document from {_short(url)}")
        self.failed = True
        more = {"ErrorCode": "11205", "ErrorUrl": url, **fields}
        text = self.exchange.ask(self.fallback, self.form(**more), spare=True, faulty=False)
        if text is None:
            self.why_over = "no document"
            self.exchange.history.wrong("lost", self.call, f"{self.person.name}: nothing from {_short(self.fallback)}")
            raise OverError(hung_up=False)
        return text

    def form(self, **more: str) -> dict[str, str]:
        own = {"CallSid": self.sid, "From": self.from_, "To": self.to, "CallStatus": self.status}
        return {**own, **more}

    # --- verbs: each returns the address at which the leg goes on, or None ---

    def _carry_out(self, document: Verb) -> str | None:
        for verb in document:
            work: Callable[[Verb], str | None] = getattr(self, f"_{verb.tag.lower()}")
            if (following := work(verb)) is not None:
                return following
        self.why_over = self.why_over or "its document ended"
        raise OverError(hung_up=False)

    def _start(self, _verb: Verb) -> None:
        return None

    _stop = _pay = _start

    def _hangup(self, _verb: Verb) -> None:
        self.why_over = "its document hung up"
        raise OverError(hung_up=False)

    def _redirect(self, verb: Verb) -> str:
        return (verb.text or "").strip()

    def _pause(self, verb: Verb) -> None:
        self.rest(float(verb.get("length", "1")))

    def _say(self, verb: Verb) -> None:
        self.plays(f"says {verb.text!r}", len(verb.text or "") / PACE)

    def _play(self, verb: Verb) -> None:
        self.plays(f"plays {(verb.text or '').rpartition('/')[2]}", _length(verb))

    def plays(self, what: str, seconds: float) -> None:
        self.note(what)
        self.hearing.sound()
        self.rest(seconds)
        self.hearing.quiet(what)

    def _gather(self, verb: Verb) -> str | None:
        action = verb.get("action", "")
        sounds = [(child.text or "", _seconds(child)) for child in verb]
        if sounds:
            self.note(f"hears {sounds[0][0].rpartition('/')[2]!r}, and may press keys for {_short(action)}")
        self.hearing.sound()
        length = sum(seconds for _, seconds in sounds) + float(verb.get("timeout", "5"))
        pressed = self.person.keys(self, action)
        if pressed is None or pressed[0] > length:
            self.rest(length)
            self.hearing.quiet("a question")
            return self._went_on(action, Digits="") if verb.get("actionOnEmptyResult") == "true" else None
        self.rest(pressed[0])
        self.hearing.quiet("keys")
        count = int(verb.get("numDigits", "0"))
        digits = pressed[1][:count] if count else pressed[1]
        self.note(f"presses {digits} for {_short(action)}")
        return self._went_on(action, Digits=digits)

    def _record(self, verb: Verb) -> str | None:
        action = verb.get("action", "")
        self.hearing.sound()
        said = self.person.speaks(self, action)
        if said is None:
            self.rest(float(verb.get("timeout", "5")))
            self.hearing.quiet("nothing said")
            return None
        self.note(f"says {said[1]!r}")
        self.rest(said[0] + float(verb.get("timeout", "5")))
        self.hearing.quiet("words")
        sid = self.exchange.keep_recording(said[1])
        url = f"https://carrier.test/Recordings/{sid}"
        return self._went_on(action, RecordingSid=sid, RecordingUrl=url, RecordingDuration=str(round(said[0] + 2)))

    def _connect(self, verb: Verb) -> str | None:
        """The media socket, for as long as it is open."""
        stream = verb.find("Stream")
        token = stream.find("Parameter").get("value", "") if stream is not None else ""  # type: ignore[union-attr]
        closed: VirtualFuture[str] = self.exchange.open_socket(self, token)
        try:
            how = closed.result()
        except (MovedError, OverError):
            closed.give("left")
            raise
        self.hearing.quiet("the socket")
        self.note(f"the socket is {how}")
        return self._went_on(verb.get("action", ""))

    def _dial(self, verb: Verb) -> str | None:
        """A conference, for as long as they are in it."""
        inside = verb.find("Conference")
        assert inside is not None and inside.text, "only conferences are dialled here"
        conference = self.exchange.conference(inside.text)
        place = conference.join(self, inside)
        reason = "participant_updated_via_api"
        try:
            reason = place.out.result()
        except OverError as error:
            reason = "participant_hung_up" if error.hung_up else "participant_removed"
            self.status = error.status
            self.exchange.tell(verb.get("action", ""), self.form(), self.call)
            raise
        finally:
            conference.leave(self, reason)
        self.hearing.quiet("the conference")
        return self._went_on(verb.get("action", ""))

    def _went_on(self, url: str, **fields: str) -> str | None:
        """The answer to what was pressed, said or ended is the next document."""
        return self._carry_out(ElementTree.fromstring(self._fetch(url, **fields)))

    def _too_quiet(self, seconds: float, after: str) -> None:
        if self.call and self.exchange.heard(self):
            self.exchange.history.wrong("silent", self.call, f"{self.person.name}: {seconds:.1f} s after {after}")


def _seconds(sound: Verb) -> float:
    if sound.tag == "Pause":
        return float(sound.get("length", "1"))
    return _length(sound) if sound.tag == "Play" else len(sound.text or "") / PACE


def _length(play: Verb) -> float:
    return LENGTHS.get((play.text or "").rpartition("/")[2], PROMPT) * int(play.get("loop", "1"))


def _short(url: str) -> str:
    """The address without what is drawn anew each time."""
    parts = urlsplit(url)
    kept = {name: values[0] for name, values in parse_qs(parts.query).items() if name in ("kind", "tries", "waited")}
    return parts.path + (f"?{kept}" if kept else "")
