"""What a caller who waits is told: honest, short, and never a time that is not known."""

from ivr.handoff.numbers import spoken

ZERO = "Press zero, and we will call you back."
CHOICE = "Press 1, and we will call you back. Press 2 to leave a message."
KEY_NUMBER = "Please key in the number we should call, then press pound."
NOT_A_NUMBER = "That is not a number that we can call."
GOODBYE = "Thank you for calling. Goodbye."
MISSED_YOU = "I am sorry, our colleague is not there any more. We will call you again. Goodbye."


def news(position: int, wait: float | None, announcement: str = "") -> str:
    """`wait` in seconds, the median of the last hour; None is not spoken of."""
    place = "You are next in the queue." if position == 1 else f"You are number {position} in the queue."
    lately = "" if wait is None else f"Callers like you lately waited {duration(wait)}."
    return " ".join(part for part in (announcement, place, lately, ZERO) if part)


def duration(seconds: float) -> str:
    """In whole minutes, rather more than less."""
    minutes = max(1, -int(-seconds // 60))
    return "about a minute" if minutes == 1 else f"about {minutes} minutes"


def offers(opens: str | None) -> str:
    """`opens`: when the desk opens, where it is closed."""
    why = f"We are closed just now. We open {opens}." if opens else "Nobody is free to talk to you just now."
    return f"I am sorry. {why} {CHOICE}"


def call_back_at(number: str) -> str:
    return (
        f"We will call you back at {spoken(number)}, and you keep your place in the queue. "
        "Press 1 if that is right, 2 for another number, or 3 to leave a message."
    )


def confirm(number: str) -> str:
    return f"I have {spoken(number)}. Press 1 if that is right, or 2 to key it in again."


def booked(opens: str | None) -> str:
    when = f"when we open, {opens}" if opens else "as soon as it is your turn"
    return f"Thank you. We will call you back {when}. Goodbye."


def calling_back(company: str) -> str:
    who = f" from {company}" if company else ""
    return f"Hello. This is the call back{who} that you asked for. One moment, I am connecting you."
