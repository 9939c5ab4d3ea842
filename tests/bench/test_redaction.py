"""The bench of redaction finds what is there to be found, and makes the same calls each time."""

from pathlib import Path
from random import Random

import numpy as np
import pytest

from bench.redaction.bench import secrets_of, word_places
from bench.redaction.calls import Renderer, compose
from bench.redaction.recovery import digits_read, gives_away, in_digits
from bench.redaction.scripts import Secret, Writer
from speech.audio import RATE, Samples
from speech.tones import keys_heard

pytestmark = pytest.mark.unit


class FakeVoice:
    """A tenth of a second for each word."""

    name = "fake"

    def speak(self, text: str) -> Samples:
        return np.full(RATE // 10 * len(text.split()), 4000, np.int16)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("two seven four nine", "2749"),
        ("It's 27-49, double four oh.", "x2749440"),
        ("twenty seven forty nine", "2749"),
        ("thirty and fifteen", "30x15"),
        ("pay 50 dollars", "x50x"),
    ],
)
def test_digits_are_read_in_every_form(text: str, read: str) -> None:
    assert digits_read(text).strip("x") == read.strip("x")


def test_what_gives_a_secret_away() -> None:
    card, pin, word = (
        Secret("card", ("4929123456781234",)),
        Secret("pin", ("2749",)),
        Secret("password", ("sunflower",)),
    )
    assert gives_away("4929 1 then", card) and not gives_away("4929, then 8123", card)
    assert gives_away("two seven four nine", pin) and not gives_away("two seven four", pin)
    assert gives_away("It is Sunflower.", word) and not gives_away("sun flower", word)
    assert in_digits(["12749"], pin) and not in_digits(["2479"], pin) and not in_digits(["1"], word)


def test_a_secret_is_known_to_the_sample_and_the_same_seed_gives_the_same_call(tmp_path: Path) -> None:
    renderer = Renderer({"bot": [FakeVoice()], "caller": [FakeVoice()], "agent": [FakeVoice()]}, tmp_path)
    for seed in range(20):
        script = Writer(seed).script()
        call = compose(script, renderer, seed)
        assert np.array_equal(call.samples, compose(Writer(seed).script(), renderer, seed).samples)
        secrets = list(secrets_of(call))
        assert len(secrets) >= 3
        for secret, channel, start, end, _voice in secrets:
            sound = call.samples[channel, start:end]
            if secret.kind == "keyed":
                assert "".join(tone.key for tone in keys_heard(sound)) == secret.told[0]
            else:
                assert (sound == sound[0]).all() and abs(int(call.samples[channel, start - 1])) < 100


def test_every_word_has_its_place(tmp_path: Path) -> None:
    renderer = Renderer({"bot": [FakeVoice()], "caller": [FakeVoice()], "agent": [FakeVoice()]}, tmp_path)
    call = compose(Writer(1).script(), renderer, Random(1).randrange(9))
    said = call.uttered[0].said[0]
    places = list(word_places(said))
    assert len(places) == len(said.fragment.text.split())
    assert (places[0][0], places[-1][1]) == (said.start, said.end)
