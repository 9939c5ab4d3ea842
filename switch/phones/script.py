"""What a scripted caller or agent does, step by step, as frozen data.

A script is written in YAML or JSON: a list of steps, or a map with `steps` and what goes for the whole call.

    from: "+15550100001"
    voice: bella
    steps:
      - wait: "how can I help"
      - say: "Hi, what's my current balance please?"
      - quiet: 0.7
      - keys: "2749"
      - hang_up

A caller who answers whatever they are asked, in any order, converses:

      - converse:
          - hears: ["how can I help", "what can I do"]
            say: "I'd like to pay my bill."
          - hears: PIN
            times: 1
            say: "two seven four nine"
          - hears: PIN
            keys: "2749"
          - hears: shall I go ahead
            given: ["that's $50", "fifty dollars"]
            say: "Yes."
          - hears: shall I go ahead
            say: "No, fifty."
          - over: 1.5
            times: 1
            say: "mm-hm"
          - hears: anything else
            say: "No, that's all."
            ends: true

An agent's script begins with `answer`, after pauses at most.
"""

from dataclasses import dataclass
from pathlib import Path

KEYS = frozenset("0123456789*#")


class ScriptError(ValueError):
    """A script that cannot be followed: names the file, the step and what to write instead."""


@dataclass(frozen=True, slots=True)
class Say:
    """Say a sentence: a recorded line of the script's voice where there is one, else spoken by machine."""

    text: str


@dataclass(frozen=True, slots=True)
class Wav:
    """Play a WAV file's first channel."""

    path: Path


@dataclass(frozen=True, slots=True)
class Keys:
    """Press keys one after the other: 0-9, `*`, `#`."""

    keys: str


@dataclass(frozen=True, slots=True)
class Code:
    """Wait for a text message with a code in it, and `say` or press (`keys`) its digits; failed after `within` s."""

    how: str
    within: float = 20.0


@dataclass(frozen=True, slots=True)
class Wait:
    """Wait until the far side has said these words, in this order; the call has failed after `within` seconds."""

    words: str
    within: float = 20.0


@dataclass(frozen=True, slots=True)
class Quiet:
    """Wait until the far side has answered and then been quiet for `seconds`, at most `within` seconds."""

    seconds: float
    within: float = 20.0


@dataclass(frozen=True, slots=True)
class Pause:
    """Do nothing for `seconds`; a background noise goes on."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Silence:
    """Send nothing but silence for `seconds`, the background noise included."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Noise:
    """Background under all that follows: pink noise, or a WAV over and over, at `level_db` (dBFS, RMS).

    It lasts `seconds`, or to the end of the call when None.
    """

    level_db: float
    seconds: float | None = None
    wav: Path | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """Pick up the ringing phone."""


@dataclass(frozen=True, slots=True)
class Decline:
    """Refuse the ringing phone: `busy` or `no-answer`."""

    reason: str = "busy"


@dataclass(frozen=True, slots=True)
class HangUp:
    """End the call."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What is done (`does`) once the far side has said any of `hears`; at most `times` (None: as often as it is asked).

    With `given` it also takes that any of these was said beside it: only the right amount is said yes to. With `over`
    it comes into the far side's speech instead, that many seconds after it began, whatever is said, and once in a
    sentence. After one that `ends` the script goes on.
    """

    does: "tuple[Step, ...]"
    hears: tuple[str, ...] = ()
    given: tuple[str, ...] = ()
    times: int | None = None
    over: float | None = None
    ends: bool = False


@dataclass(frozen=True, slots=True)
class Converse:
    """Answer whatever is asked, in any order, each time that the far side has been quiet for `rest` seconds.

    The call has failed where no reply has ended it after `within` seconds.
    """

    replies: tuple[Reply, ...]
    rest: float = 0.8
    within: float = 240.0


Step = Say | Wav | Keys | Code | Wait | Quiet | Pause | Silence | Noise | Converse | Answer | Decline | HangUp


@dataclass(frozen=True, slots=True)
class Script:
    """Who calls, in which voice, whom (None: the line), with what behind it, and what happens step by step."""

    steps: tuple[Step, ...]
    from_: str = "+15550100001"
    to: str | None = None
    voice: str = "bella"
    noise: Noise | None = None
