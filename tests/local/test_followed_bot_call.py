"""A supervisor follows a call of the bot through the switch: hears it, takes it over, and does or does not answer."""

import re
import threading
import time
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import httpx
import numpy as np
import pytest
from numpy.typing import NDArray
from sqlalchemy import select

from ivr.local.scripted_calls import place, put_scripted_agent
from ivr.people import passwords
from ivr.recordings.storage import RecordingStorage
from ivr.recordings.transcription import read_sound
from ivr.store.models import Agent, Audit, Call, Handoff, Recording
from speech.audio import FRAME, RATE, decode
from tests.harness.running_line import ABSENT, Line, opened_house, until

pytestmark = [pytest.mark.speech, pytest.mark.slow, pytest.mark.timeout(600)]

SAM, PASSWORD = "sam@warmline.example", "correct horse battery"
SAMS_PHONE: dict[str, Any] = {
    "voice": "sarah",
    "steps": [
        "answer", {"pause": 2.0}, {"say": "Hello, this is Sam. I have read along with you."}, {"quiet": 1.0},
        {"say": "Goodbye."}, {"pause": 20},
    ],
}  # fmt: skip
CALLER: dict[str, Any] = {
    "from": "+15550100001",
    "voice": "bella",
    "steps": [
        {"wait": "how can I help", "within": 60}, {"say": "Hi, what's my current balance please?"},
        {"wait": "colleague", "within": 90}, {"wait": "this is", "within": 120}, {"quiet": 1.0},
        {"say": "Thank you very much."}, {"pause": 3.0}, "hang_up",
    ],
}  # fmt: skip
ADAS: dict[str, Any] = {
    "voice": "sarah",
    "steps": [
        "answer", {"quiet": 0.6}, {"keys": "1"}, {"pause": 1.0}, {"say": "Hello, this is Ada."}, {"pause": 30},
    ],
}  # fmt: skip
Levels = NDArray[np.float64]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    with opened_house(tmp_path_factory.mktemp("house") / "var", tmp_path_factory.mktemp("kept"), {}) as line:
        with line.sessions.begin() as tx:
            sam = tx.scalars(select(Agent).where(Agent.email == SAM)).one()
            sam.password_hash = passwords.hash_password(PASSWORD)
        yield line


class Supervisor:
    """Sam, in a browser."""

    def __init__(self, line: Line) -> None:
        self._browser = httpx.Client(base_url=line.settings.public_url, timeout=30, follow_redirects=True)
        self._browser.post("/sign-in", data={**self._token(), "email": SAM, "password": PASSWORD}).raise_for_status()
        self.heard, self.over = bytearray(), threading.Event()

    def listen(self, sid: str) -> None:
        threading.Thread(target=self._listen, args=(sid,), daemon=True).start()

    def take_over(self, sid: str) -> None:
        answer = self._browser.post(
            f"/board/bot-calls/{sid}/take-over", data=self._token(), headers={"X-Fragment": "1"}
        )
        assert "Your phone rings" in answer.text

    def _listen(self, sid: str) -> None:
        with self._browser.stream("POST", f"/board/bot-calls/{sid}/listen", data=self._token()) as answer:
            assert answer.status_code == 200
            for piece in answer.iter_raw():
                self.heard += piece
        self.over.set()

    def _token(self) -> dict[str, str]:
        found = re.search(r'name="csrf-token" content="([^"]+)"', self._browser.get("/board/").text)
        assert found
        return {"csrf_token": found[1]}


class Played:
    """A call whose caller Sam takes over once they have said what they want."""

    def __init__(self, line: Line, supervisor: Supervisor) -> None:
        results: list[dict[str, Any]] = []
        call = threading.Thread(target=lambda: results.append(place(line.settings, CALLER, lambda _: None)))
        call.start()
        until(lambda: self._with_bot(line) is not None, 60)
        self.sid = str(self._with_bot(line))
        supervisor.listen(self.sid)
        until(lambda: self._caller_spoke(line), 90)
        supervisor.take_over(self.sid)
        self.left_in_time = supervisor.over.wait(15)
        call.join(300)
        self.caller = results[0]
        until(lambda: self._kept(line), 240)
        with line.sessions() as tx:
            recording = tx.scalars(select(Recording).where(Recording.call_sid == self.sid)).one()
            self.started = tx.get_one(Call, self.sid).started_at
            self.handoff = tx.scalars(select(Handoff).where(Handoff.call_sid == self.sid)).one()
            actions = select(Audit).where(Audit.subject == f"call:{self.sid}", Audit.actor == SAM)
            self.audit = {row.action: row.at for row in tx.scalars(actions)}
        self.offset = recording.offset
        s = line.settings
        self.sound = read_sound(RecordingStorage(s.recordings, s.keyring).read(recording)).samples

    @staticmethod
    def _with_bot(line: Line) -> str | None:
        with line.sessions() as tx:
            talking = select(Call.sid).where(Call.ended_at.is_(None), Call.dialogue.is_not(None))
            return tx.scalars(talking.order_by(Call.started_at.desc())).first()

    def _kept(self, line: Line) -> bool:
        with line.sessions() as tx:
            return bool(tx.scalars(select(Recording.path).where(Recording.call_sid == self.sid)).first())

    def _caller_spoke(self, line: Line) -> bool:
        with line.sessions() as tx:
            return any(turn.speaker == "caller" for turn in tx.get_one(Call, self.sid).turns)

    def at(self, moment: datetime) -> float:
        """Seconds into the recording."""
        return (moment - self.started).total_seconds() - self.offset

    @property
    def told(self) -> str:
        return " ".join(one["text"] for one in self.caller["heard"])


def levels(samples: NDArray[np.int16]) -> Levels:
    """How loud each frame of 20 ms is."""
    whole = samples[: len(samples) // FRAME * FRAME].astype(np.float64).reshape(-1, FRAME)
    return np.asarray(np.sqrt((whole**2).mean(axis=1)))


def likeness(part: Levels, whole: Levels) -> float:
    """The best correlation of `part` with as long a stretch of `whole`, wherever it lies."""
    stretches = np.lib.stride_tricks.sliding_window_view(whole, len(part))
    rows = stretches - stretches.mean(axis=1, keepdims=True)
    mine = part - part.mean()
    norms = np.linalg.norm(rows, axis=1) * np.linalg.norm(mine)
    return float(np.max(rows @ mine / np.where(norms > 0, norms, np.inf)))


def loudest(whole: Levels, frames: int = 150) -> Levels:
    """The three seconds with the most sound: pauses between sentences are not as long on both sides of the carrier."""
    at = int(np.argmax(np.convolve(whole, np.ones(frames), "valid")))
    return whole[at : at + frames]


def longest_silence(samples: NDArray[np.int16]) -> float:
    """Seconds."""
    longest = now = 0
    for level in levels(samples):
        now = now + 1 if level < 30 else 0
        longest = max(longest, now)
    return longest * FRAME / RATE


def test_who_is_heard_and_taken_over_is_with_the_supervisor_within_seconds(house: Line) -> None:
    put_scripted_agent(house.settings, "client:sam", SAMS_PHONE)
    supervisor = Supervisor(house)
    played = Played(house, supervisor)
    bridged = datetime.fromisoformat(played.handoff.times["bridged"])
    print("take over to together:", (bridged - played.audit["took-over"]).total_seconds(), "s")
    assert "colleague" in played.told and "Sam" in played.told
    assert (bridged - played.audit["took-over"]).total_seconds() < 15
    assert played.handoff.brief is not None
    assert "balance" in str(played.handoff.brief["transcript"]).lower()
    together = played.at(bridged)
    assert levels(played.sound[1][int(together * RATE) :]).max() > 1000, "the recording goes on"
    # what Sam heard before
    assert played.left_in_time and "listened-live" in played.audit
    both = bytes(supervisor.heard[: len(supervisor.heard) // 2 * 2])
    caller, bot = (levels(decode(both[side::2])) for side in (0, 1))
    figures = [likeness(loudest(ours), levels(played.sound[side])) for side, ours in enumerate((caller, bot))]
    print("likeness of what was heard to the recording, caller and bot:", figures, len(both) / 2 / RATE, "s")
    assert min(figures) > 0.7
    assert min(caller.max(), bot.max()) > 1000


def test_whose_supervisor_does_not_answer_gets_an_agent_and_is_never_left_in_silence(house: Line) -> None:
    put_scripted_agent(house.settings, "client:sam", ABSENT)
    put_scripted_agent(house.settings, "client:ada", ADAS)
    house.staff("available")
    time.sleep(1)
    played = Played(house, Supervisor(house))
    assert "colleague" in played.told and "Ada" in played.told
    offered = [attempt["outcome"] for attempt in played.handoff.machine["attempts"]]
    assert offered[0] != "accepted" and offered[-1] == "accepted"
    bridged = datetime.fromisoformat(played.handoff.times["bridged"])
    began, ended = (int(played.at(at) * RATE) for at in (played.audit["took-over"], bridged))
    waited = longest_silence(played.sound[1][began:ended])
    print("longest silence between the bot and the agent:", waited, "of", (ended - began) / RATE, "s")
    assert waited < 5
