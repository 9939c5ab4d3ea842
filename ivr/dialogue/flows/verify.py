"""Verifies who is calling: by PIN, or by a one-time code for a caller who has forgotten it."""

from dataclasses import replace

from ivr.dialogue import extractors, verbalize
from ivr.dialogue.actions import FindAccount, FindMobile, SendCode
from ivr.dialogue.events import Found, MobileFound
from ivr.dialogue.flows.steps import Ask, Do, Flow, Person, always
from ivr.dialogue.state import Raw, State, Task
from ivr.dialogue.timeouts import AT_HAND, TEXT_UNDER_WAY

NOBODY = "nobody:"  # stands before a number that is no account's, so that it is treated like one until the end
ON_FILE = "on file"
BY_CODE = ("forgotten", "mobile", "code_ok", "sent", "key", "wrong_codes", "resent")
LACKING = {
    "number": "account number not known",
    "pin": "does not know the PIN",
    "code_ok": "does not know the PIN",
    "code": "does not know the PIN and gave no valid code",
}
"""What the brief says of a caller who has no answer to the question."""


def without_code(task: Task) -> Task:
    """The task before a code was spoken of."""
    return task.drop(*BY_CODE)


def _asks_number(state: State) -> bool:
    return state.account is None or "number" in state.task.given


def named(state: State) -> bool:
    """Whether the account was named by the caller, not known by the number that they call from."""
    return bool(state.task.slots.get("named"))


def _where(state: State) -> dict[str, str]:
    tail = str(state.task.slots["mobile"])
    return {
        "where": "the number that we have on file" if tail == ON_FILE else f"the number ending {verbalize.spell(tail)}"
    }


def _sent_or_not(state: State) -> dict[str, str]:
    known = not named(state)
    return {"sent": "I've sent it, so what" if known else "If there's a number on file, it's on its way, so what"}


def _found(state: State, event: Found) -> State:
    """The PIN is asked for either way: whoever tries numbers learns nothing of which are accounts."""
    number = str(state.task.slots["number"])
    task = without_code(state.task.drop("number", "number_ok", "doubt")).settle("named", True)
    return replace(state.with_task(task), account=event.account or f"{NOBODY}{number}")


def _mobile_found(state: State, event: MobileFound) -> State:
    """A caller who only named the account is not told whether it exists, nor how its holder's number ends."""
    return state.with_task(state.task.settle("mobile", ON_FILE if named(state) else event.tail))


def _numbered(state: State, agreed: Raw) -> State:
    return state if agreed else state.with_task(state.task.drop("number", "number_ok", "doubt"))


def _forgotten(state: State) -> bool:
    return not state.verified and "forgotten" in state.task.slots


def _key_fixed(state: State, agreed: Raw) -> State:
    """The text's key is fixed with the yes, so that asking twice sends one."""
    return state.with_task(state.task.settle("key", state.turn)) if agreed else state


def _code_sent_for(state: State) -> SendCode:
    return SendCode(str(state.account), int(state.task.slots["key"]))


VERIFY = Flow(
    "verify",
    "Who is calling",
    (
        Ask(
            "number",
            "digits",
            extractors.account_number,
            extractors.account_number_key,
            when=_asks_number,
            volunteer=True,
            label="account number",
            digits_mean="kept",
            no_input_timeout=AT_HAND,
            looked_for=True,
        ),
        Ask(
            "number_ok",
            "yes-no",
            extractors.yes_no,
            extractors.yes_no_key,
            when=lambda s: _asks_number(s) and "doubt" in s.task.given,
            then=_numbered,
            fields=lambda s: {"number": verbalize.in_groups(str(s.task.slots.get("number", "")))},
            confirms=True,
            noted=False,
            digits_mean="kept",
        ),
        Do(
            "found",
            lambda s: FindAccount(str(s.task.slots["number"])),
            when=_asks_number,
            result=Found,
            then=_found,
        ),
        Ask(
            "pin",
            "digits",
            extractors.pin,
            extractors.pin_key,
            digits=4,
            when=lambda s: not s.verified and not _forgotten(s),
            secret=True,
            digits_mean="pin",
            no_input_timeout=AT_HAND,
            looked_for=True,
        ),
        Do("mobile", lambda s: FindMobile(str(s.account)), when=_forgotten, result=MobileFound, then=_mobile_found),
        Person("verification", when=lambda s: _forgotten(s) and s.task.slots["mobile"] == ""),
        Ask(
            "code_ok",
            "yes-no",
            extractors.yes_no,
            extractors.yes_no_key,
            when=_forgotten,
            then=_key_fixed,
            fields=_where,
            noted=False,
            digits_mean="code",
        ),
        Person("verification", when=lambda s: _forgotten(s) and s.task.slots["code_ok"] is False),
        Do("sent", _code_sent_for, when=_forgotten),
        Ask(
            "code",
            "digits",
            extractors.code,
            extractors.code_key,
            digits=6,
            when=_forgotten,
            secret=True,
            digits_mean="code",
            no_input_timeout=TEXT_UNDER_WAY,
            fields=_sent_or_not,
        ),
    ),
    unfinished=always,
)
