"""What reviewers look for in a call: the closed list of flags, and when each is set."""

from typing import Final, Literal

Flag = Literal[
    "misheard", "interrupted", "dead-air", "talk-over", "upset", "repeat", "called-again", "wrong-pin", "payment",
    "message", "no-person", "transferred", "held", "recording-refused", "bot-failed", "promise-broken", "unsure",
]  # fmt: skip

FLAGS: Final[dict[Flag, str]] = {
    "misheard": "By the recording, the bot heard a quarter or more of the words of a turn amiss",
    "unsure": "The bot did not understand something, or was not sure of the words",
    "interrupted": "The caller spoke over the bot to stop it",
    "dead-air": "Nobody spoke for five seconds or more, apart from waiting for a person",
    "talk-over": "Two spoke at once for two seconds or more in all",
    "upset": "The caller was angry with us",
    "repeat": "The caller had called about the same within the seven days before",
    "called-again": "The caller called again about the same within seven days",
    "wrong-pin": "A PIN or a code was wrong",
    "payment": "A payment was asked for or a card was taken",
    "message": "The caller left a message",
    "no-person": "The caller was to talk with a person, and nobody came",
    "transferred": "More than one person talked with the caller, or the call was passed on",
    "held": "The agent had the caller wait on hold",
    "recording-refused": "The caller did not want to be recorded",
    "bot-failed": "The bot could not go on: it did not understand, heard nothing, or had a fault",
    "promise-broken": "Something that was promised to the caller was not done",
}
"""Each flag, and what it says of a call, as a reviewer reads it."""

DEAD_AIR = 5.0  # seconds at a stretch
TALK_OVER = 2.0  # seconds in all
