"""The bot's own sound comes back: it is taken out, and nothing else is."""

import numpy as np
import pytest

from bench.tools.echoes import Returning, Room
from speech.audio import FRAME, RATE, SILENCE, Samples, decode, encode, frames, normalise, read_mono, to_float
from speech.echo import EchoCanceller
from speech.far_end import FarEnd
from speech.voices import make_voice
from switch.phones.recorded_lines import FOLDER

pytestmark = pytest.mark.speech

KNOWN = 0.25  # seconds after its first sound from which an echo is known; the voice begins some 0.1 s into its prompt
SILENT = -75.0  # dBFS


@pytest.fixture(scope="module")
def prompt() -> list[bytes]:
    said = make_voice("heart").speak("Thank you for calling. You can also speak with a person at any time.")
    return list(frames(said))


def played(prompt: list[bytes], room: Room, said: Samples | None = None, begin: float = 0.0) -> tuple[Samples, Samples]:
    """What came, and what was left of it, where every frame is suspected of being an echo; `said` from `begin` on."""
    echo, line = EchoCanceller(), Returning(room)
    echo.sent(b"".join(prompt))
    voice = np.zeros(round((len(prompt) * FRAME / RATE + 1.0) * RATE) // FRAME * FRAME, np.int16)
    if said is not None:
        start = round(begin * RATE)
        voice[start : start + len(said)] = said[: len(voice) - start]
    came, left = [], []
    for number in range(len(voice) // FRAME):
        piece = voice[number * FRAME : (number + 1) * FRAME]
        sound = decode(line.frame(prompt[number] if number < len(prompt) else None, piece))
        came.append(sound)
        left.append(echo.cancel(sound, number * FRAME / RATE))
        echo.search()
    return np.concatenate(came), np.concatenate(left)


def after(way: float, sound: Samples) -> float:
    """The level from when an echo that takes `way` ms is known, in dBFS."""
    heard = to_float(sound[round((way / 1000 + KNOWN) * RATE) :])
    return float(10 * np.log10(np.mean(heard**2) + 1e-12))


@pytest.mark.parametrize("noise", [None, -58.0])
@pytest.mark.parametrize("db", [-6.0, -10.0, -20.0, -30.0, -40.0])
@pytest.mark.parametrize("way", [20.0, 100.0, 250.0, 600.0, 800.0])
def test_an_echo_is_taken_out(prompt: list[bytes], way: float, db: float, noise: float | None) -> None:
    came, left = played(prompt, Room((way,), db, noise))
    assert after(way, came) > after(way, left)
    assert after(way, left) < (SILENT if noise is None else noise + 2)


@pytest.mark.parametrize(
    "room",
    [
        Room((100.0, 430.0), -10.0),
        Room((100.0, 104.8), -10.0, band=True),
        Room((250.0,), -6.0, band=True, noise=-58.0),
        Room((250.0,), -6.0, clipped=True),
        Room((137.3,), -10.0, jitter=0.05),
    ],
    ids=lambda room: room.name,
)
def test_whatever_the_line_makes_of_it(prompt: list[bytes], room: Room) -> None:
    came, left = played(prompt, room)
    assert after(max(room.ways), left) < after(max(room.ways), came) - 12


@pytest.mark.parametrize("name", sorted(str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*.wav"))[::40])
def test_a_caller_over_the_bot_passes_untouched_where_there_is_no_echo(prompt: list[bytes], name: str) -> None:
    said = normalise(read_mono(FOLDER / name))
    came, left = played(prompt, Room(db=-200.0, noise=-58.0), said, 0.3)
    assert np.array_equal(came, left)


def test_a_caller_over_an_echo_is_kept(prompt: list[bytes]) -> None:
    said = normalise(read_mono(FOLDER / "michael/agent.wav"))
    _, left = played(prompt, Room(db=-10.0, noise=-58.0), said, 1.5)
    voice, heard = to_float(said), to_float(left[round(1.5 * RATE) :][: len(said)])
    assert float(voice @ heard) > 0.95 * float(np.linalg.norm(voice) * np.linalg.norm(heard))


def test_an_echo_is_still_known_after_frames_were_lost(prompt: list[bytes]) -> None:
    echo, line = EchoCanceller(), Returning(Room(db=-10.0))
    echo.sent(b"".join(prompt))
    left = []
    for number, frame in enumerate(prompt):
        came = line.frame(frame)
        if number not in range(60, 63):
            left.append(echo.cancel(decode(came), number * FRAME / RATE))
            if number < 60:
                echo.search()
    assert after(250.0, np.concatenate(left)) < SILENT


def test_an_echo_that_has_gone_takes_nothing_from_a_caller(prompt: list[bytes]) -> None:
    echo, line = EchoCanceller(), Returning(Room(db=-10.0))
    voice = normalise(read_mono(FOLDER / "michael/agent.wav"))
    came, left = [], []
    for number, frame in enumerate(prompt * 2):
        echo.sent(frame)
        quiet = number < len(prompt)
        start = (number - len(prompt)) * FRAME
        sound = decode(line.frame(frame)) if quiet else np.resize(voice[start : start + FRAME], FRAME)
        came.append(sound)
        left.append(echo.cancel(sound, number * FRAME / RATE))
        if quiet:
            echo.search()
    a, b = (to_float(np.concatenate(heard[len(prompt) :])[: len(voice)]) for heard in (came, left))
    assert float(a @ b) > 0.95 * float(np.linalg.norm(a) * np.linalg.norm(b))


def hiss(seed: int) -> Samples:
    return np.random.default_rng(seed).normal(0, 40, FRAME).astype(np.int16)


def test_a_line_on_which_the_bot_has_not_spoken_is_left_alone() -> None:
    echo, sound = EchoCanceller(), hiss(1)
    assert echo.cancel(sound, 0.0) is sound
    assert echo.search() is None


@pytest.mark.parametrize("size", [0, 1, 80, 400, 8000, 20000])
def test_messages_of_any_length_are_taken(prompt: list[bytes], size: int) -> None:
    echo = EchoCanceller()
    echo.sent(b"".join(prompt))
    for number in range(3):
        assert len(echo.cancel(np.zeros(size, np.int16), number * size / RATE)) == size
    assert echo.search() is None


def test_what_was_sent_is_played_in_its_order_and_by_the_callers_clock() -> None:
    playout = FarEnd(4 * FRAME)
    first, second = (encode(np.full(FRAME, level, np.int16)) for level in (1000, 2000))
    playout.add(first + second)
    playout.play(FRAME)
    assert playout.sound[-1] == pytest.approx(decode(first)[0] / 32768)
    assert not playout.sound[:-FRAME].any()
    playout.play(FRAME + 10)
    assert playout.sound[-11] == pytest.approx(decode(second)[0] / 32768)
    assert not playout.sound[-10:].any()


def test_what_was_cleared_is_not_played() -> None:
    playout = FarEnd(4 * FRAME)
    playout.add(encode(np.full(FRAME, 1000, np.int16)))
    playout.clear()
    playout.play(FRAME)
    assert not playout.sound.any()
    assert not playout.sounding


def test_an_echo_is_over_when_all_that_was_played_is_longer_ago_than_it_takes() -> None:
    playout = FarEnd(4 * FRAME)
    playout.add(SILENCE)
    playout.play(FRAME)
    assert playout.sounding
    for _ in range(4):
        playout.play(FRAME)
    assert not playout.sounding


def test_what_was_played_too_soon_is_played_when_its_mark_comes_back() -> None:
    playout = FarEnd(20 * FRAME)
    first, second = (encode(np.full(FRAME, level, np.int16)) for level in (1000, 2000))
    playout.mark("1")
    playout.add(first + second)
    for _ in range(5):  # frames that had waited for us
        playout.play(FRAME)
    playout.marked("1")
    assert not playout.sound.any()
    playout.play(FRAME)
    assert playout.sound[-1] == pytest.approx(decode(first)[0] / 32768)
    playout.play(FRAME)
    assert playout.sound[-1] == pytest.approx(decode(second)[0] / 32768)


def test_an_echo_is_known_though_frames_had_waited_when_the_bot_began(prompt: list[bytes]) -> None:
    echo, line = EchoCanceller(), Returning(Room((600.0,), -10.0))
    echo.marking("1")
    echo.sent(b"".join(prompt))
    waited, left = 40, []
    for number in range(waited + len(prompt)):
        if number == waited:
            echo.marked("1")
        played = prompt[number - waited] if number >= waited else None
        left.append(echo.cancel(decode(line.frame(played)), number * FRAME / RATE))
        echo.search()
    assert after(600.0 + 20 * waited, np.concatenate(left)) < SILENT
