"""Callers and agents of the bench: they know what they hear by its sound, and key or say what it asks for."""

from collections import deque
from collections.abc import Callable, Iterator

from bench.faults.kinds import Goal
from bench.faults.sounds import Hearing, KnownSounds, Passage
from ivr.dialogue.prompts import PROMPTS
from speech.audio import FRAME, SILENCE
from switch.media.audio import tone
from switch.ports import Line

AGENT, MUSIC, NOTICE, BALANCE, LINE, MESSAGE = "agent", "music", "notice", "balance", "line", "message"
SECOND = 50  # frames
REST = 30  # frames of quiet after which a caller answers
BETWEEN = 8  # frames between two keys
PATIENCE = 80 * SECOND  # frames after which a caller gives up
ENOUGH = 3 * SECOND  # frames of an agent that make a person reached
TALK = 10 * SECOND  # frames that a caller talks with an agent who wants to talk
KEYED_WISH, SAID_WISH = "keyed the wish", "said the wish"
WISH = {"balance": "1", "person": "0", "talk": "0"}  # keys; "spoken" is said


def agents_voice() -> bytes:
    """What an agent is heard as: a sweep of six seconds, no two keys of which are alike, without a pause."""
    return b"".join(tone((300 + 2.7 * step, 1100 + 1.3 * step), 0.02) for step in range(300))


QUESTION_OF: dict[str, str] = {
    text: name.partition(".")[0]
    for name, texts in PROMPTS["en"].items()
    if name.partition(".")[2] in ("ask", "example", "keys", "wrong")
    for text in texts
}
"""Which sentence asks what, as in "pin" or "open", in whatever words. Sentences that ask for nothing are not here."""


class Caller:
    """A customer on the telephone. `wish` is the sound of what they say; `pin` is keyed.

    One who `stays` asks for the balance again and again, or talks on, until they are told that they may go."""

    def __init__(self, goal: Goal, pin: str, known: KnownSounds, wish: bytes = b"", stays: bool = False) -> None:
        self.goal, self.hearing, self.status = goal, Hearing(known), ""
        self.line: Line | None = None
        self.stays, self._patience = stays, PATIENCE
        self.fault: int | None = None  # the frame in which the fault came
        self.breaks: list[int] = []  # frames in which the bot's stream was lost
        self.acts: list[tuple[int, str]] = []
        self._pin, self._wish = pin, wish
        self._keys: deque[str] = deque()
        self._speech: Iterator[bytes] = iter(())
        self._next_key = 0
        self._answered = 0  # frames up to which every question has been answered
        self._agent = 0  # frames
        self._agent_since = 0  # frames of them after the fault
        self.live = False

    # --- what the switch calls ---

    def ring(self, line: Line) -> None:
        self.line = line

    def connected(self) -> None:
        self.live = True

    def say(self) -> bytes:
        if not self.live or self.line is None:
            return SILENCE
        if self._keys and self.hearing.now >= self._next_key:
            self._next_key = self.hearing.now + BETWEEN
            self.line.press(self._keys.popleft())
        return next(self._speech, SILENCE)

    def hear(self, frame: bytes) -> None:
        if not self.live:
            return
        self.hearing.hear(frame)
        last = self.last
        if last is not None and last.name == AGENT and last.end == self.hearing.now:
            self._agent += 1
            self._agent_since += self.fault is not None
        if not self.stays and (self._done or self.hearing.now > self._patience):
            self.act("hung up" if self._done else "gave up")
            self.leave()
        elif last is not None and last.end > self._answered and self._rests(last):
            self._answered = last.end
            self._answer(last)

    def text(self, body: str) -> None: ...

    def ended(self, status: str) -> None:
        self.status, self.live = status, False

    # --- what became of it ---

    @property
    def last(self) -> Passage | None:
        return self.hearing.passages[-1] if self.hearing.passages else None

    @property
    def met_agent(self) -> bool:
        return self._agent >= ENOUGH

    @property
    def with_a_person(self) -> bool:
        """Whether they were led to an agent, or are with one still after the fault."""
        return self._agent_since >= ENOUGH if self.goal == "talk" and self.fault is not None else self.met_agent

    @property
    def told(self) -> bool:
        """Whether the balance was heard to its end."""
        return any(passage.name.startswith(BALANCE) and passage.whole for passage in self.hearing.passages)

    @property
    def unanswered(self) -> int:
        """How often they asked for the balance and were not told it."""
        told = sum(one.name.startswith(BALANCE) and one.whole for one in self.hearing.passages)
        return sum(act in (KEYED_WISH, SAID_WISH) for _, act in self.acts) - told

    @property
    def left_message(self) -> bool:
        return any(act == "left a message" for _, act in self.acts)

    @property
    def right(self) -> bool:
        """Whether they got what they called for."""
        match self.goal:
            case "person":
                return self.met_agent
            case "talk":
                return self._agent >= TALK and (self.fault is None or self._agent_since >= ENOUGH or self._gone_before)
            case _:
                return self.told

    def leave(self) -> None:
        self.live = False
        if self.line is not None:
            self.line.hang_up()

    def may_go(self) -> None:
        """End the call once nothing is under way."""
        self.stays, self._patience = False, self.hearing.now + PATIENCE

    def stream_broke(self) -> None:
        self.breaks.append(self.hearing.now)

    def act(self, what: str) -> None:
        self.acts.append((self.hearing.now, what))

    # --- what they do ---

    @property
    def _gone_before(self) -> bool:
        return self.fault is not None and self.hearing.now <= self.fault

    @property
    def _done(self) -> bool:
        if self.goal == "talk":
            waits_for_the_fault = self.fault is None and self._agent < 2 * TALK
            return self._agent >= TALK and not waits_for_the_fault and (self.fault is None or self.right)
        return self.met_agent or (self.told and self._asked_for_more)

    @property
    def _asked_for_more(self) -> bool:
        last = self.last
        unanswered = last is not None and last.end > self._answered
        return unanswered and last is not None and QUESTION_OF.get(last.name) == "else" and last.whole

    def _rests(self, last: Passage) -> bool:
        return last.whole and self.hearing.now - last.end >= REST

    def _answer(self, last: Passage) -> None:
        match QUESTION_OF.get(last.name):
            case "pin":
                self.act("keyed the PIN")
                self._press(self._pin)
            case "open" | "else":
                self._want()
            case _ if last.name == MESSAGE or last.name.startswith(f"{LINE}.message"):
                self.act("left a message")
                self._speech = iter(_frames(tone((500,), 3.0)))
                self._keys.extend("#")
                self._next_key = self.hearing.now + 4 * SECOND

    def _want(self) -> None:
        if key := WISH.get(self.goal):
            self.act(KEYED_WISH)
            self._press(key)
        else:
            self.act(SAID_WISH)
            self._speech = iter(_frames(self._wish))

    def _press(self, keys: str) -> None:
        self._keys.extend(keys)
        self._next_key = self.hearing.now


class Agent:
    """An agent's phone: picks up, accepts by key, and speaks without a pause until the call ends."""

    def __init__(self, voice: bytes, picks_up: float, later: Callable[[float, Callable[[], None]], object]) -> None:
        self._voice, self._picks_up, self._later = list(_frames(voice)), round(picks_up, 2), later
        self._line: Line | None = None
        self._said = 0

    def ring(self, line: Line) -> None:
        self._line = line
        self._later(self._picks_up, line.answer)

    def connected(self) -> None:
        if self._line is not None:
            self._later(1.0, lambda: self._line.press("1") if self._line else None)

    def say(self) -> bytes:
        self._said += 1
        return self._voice[self._said % len(self._voice)]

    def hear(self, frame: bytes) -> None: ...

    def text(self, body: str) -> None: ...

    def ended(self, status: str) -> None:
        self._line = None


def _frames(sound: bytes) -> Iterator[bytes]:
    return (sound[at : at + FRAME].ljust(FRAME, b"\xff") for at in range(0, len(sound), FRAME))
