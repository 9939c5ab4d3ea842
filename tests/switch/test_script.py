"""Scripts: what may be written, and what is said about what may not."""

from pathlib import Path

import pytest

from switch.phones.script import (
    Answer,
    Code,
    Decline,
    HangUp,
    Keys,
    Noise,
    Pause,
    Quiet,
    Say,
    Script,
    ScriptError,
    Silence,
    Wait,
    Wav,
)
from switch.phones.script_reader import load_script, read_script

pytestmark = pytest.mark.unit


def test_a_script_file_holds_a_heading_and_steps(tmp_path: Path) -> None:
    (tmp_path / "hello.wav").write_bytes(b"RIFF")
    path = tmp_path / "call.yaml"
    path.write_text(
        """
from: "+15550100009"
to: "+15550001111"
voice: george
noise: {level_db: -40}
steps:
  - wait: how can I help
    within: 8
  - quiet: 0.7
  - say: "What's my balance?"
  - wav: hello.wav
  - keys: "12#"
  - code: say
    within: 30
  - pause: 1
  - silence: 2.5
  - noise: {seconds: 3, level_db: -30}
  - hang_up
"""
    )
    assert load_script(path) == Script(
        (
            Wait("how can I help", 8),
            Quiet(0.7),
            Say("What's my balance?"),
            Wav(tmp_path / "hello.wav"),
            Keys("12#"),
            Code("say", 30),
            Pause(1),
            Silence(2.5),
            Noise(-30, 3),
            HangUp(),
        ),
        from_="+15550100009",
        to="+15550001111",
        voice="george",
        noise=Noise(-40),
    )


def test_a_bare_list_is_a_script() -> None:
    assert read_script([{"pause": 2}, "answer", {"say": "Hello"}]).steps == (Pause(2), Answer(), Say("Hello"))
    assert read_script(["decline"]).steps == (Decline("busy"),)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ([], "no steps"),
        ("say hello", "no steps"),
        ({"steps": ["hang_up"], "voices": "x"}, "'voices' is not known"),
        (["answer", {"shout": "Hello"}], "step 2: 'shout' is not known; write one of say"),
        ([{"keys": 1234}], "step 1: keys are 1234; write 0-9, * and # in quotes"),
        ([{"keys": "12A"}], "step 1: keys are '12A'"),
        ([{"say": "Hello", "within": 3}], "step 1: 'within' does not go with 'say'"),
        ([{"code": "1234"}], "step 1: code is '1234'; write say or keys"),
        ([{"say": 5}], "step 1: say is 5; write text, in quotes"),
        ([{"pause": 0}], "step 1: pause is 0; write seconds"),
        ([{"pause": True}], "step 1: pause is True"),
        ([{"wait": "hello", "within": "soon"}], "step 1: within is 'soon'"),
        ([{"wav": "missing.wav"}], "step 1: there is no file"),
        ([{"noise": {"level_db": 3}}], "step 1: noise level_db is 3"),
        ([{"noise": {"level_db": -30, "kind": "pink"}}], "step 1: 'kind' does not go with noise"),
        ([{"decline": "later"}], "step 1: decline is 'later'"),
        ([{"hang_up": "now"}], "step 1: hang_up takes no value"),
        ([{"say": "Hello"}, "answer"], "step 2: the phone rings first"),
        ([7], "step 1: 7 is not a step"),
    ],
)
def test_a_wrong_script_is_told_where_and_what_to_write(data: object, words: str) -> None:
    with pytest.raises(ScriptError) as caught:
        read_script(data, "calls/a.yaml")
    assert "calls/a.yaml" in str(caught.value)
    assert words in str(caught.value)


def test_a_file_that_is_no_yaml_is_named(tmp_path: Path) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text("- say: 'open")
    with pytest.raises(ScriptError, match=r"bad\.yaml: not YAML or JSON"):
        load_script(path)
