"""Who is calling: the verify flow, by PIN, or by a one-time code for whoever has forgotten it."""

from ivr.dialogue import extractors, verbalize
from ivr.dialogue.events import FindAccount, FindMobile, SendCode
from ivr.dialogue.flows.steps import Ask, Do, Flow, Person
from ivr.dialogue.state import Raw, State, Task

NOBODY = "nobody:"  # stands before a number that is no account's, so that it is treated like one until the end
ON_FILE = "on file"
UNDER_WAY = 30.0  # seconds that a text message may take to be there and to be read
BY_CODE = ("forgotten", "mobile", "code_ok", "sent", "key", "wrong_codes", "resent")


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


def _numbered(state: State, agreed: Raw) -> State:
    return state if agreed else state.with_task(state.task.drop("number", "number_ok", "doubt"))


def _forgotten(state: State) -> bool:
    return not state.verified and "forgotten" in state.task.slots


def _keyed(state: State, agreed: Raw) -> State:
    """The text's key is fixed with the yes, so that asking twice sends one."""
    return state.with_task(state.task.settle("key", state.turn)) if agreed else state


def _code_sent_for(state: State) -> SendCode:
    return SendCode(str(state.account), int(state.task.slots["key"]))


VERIFY = Flow(
    "verify",
    (
        Ask(
            "number",
            "digits",
            extractors.account_number,
            extractors.account_number_key,
            when=_asks_number,
            volunteer=True,
        ),
        Ask(
            "number_ok",
            "yes-no",
            extractors.yes_no,
            extractors.yes_no_key,
            when=lambda s: _asks_number(s) and "doubt" in s.task.given,
            then=_numbered,
            fields=lambda s: {"number": verbalize.spell(str(s.task.slots.get("number", "")))},
            confirms=True,
            noted=False,
        ),
        Do("found", lambda s: FindAccount(str(s.task.slots["number"])), when=_asks_number),
        Ask(
            "pin",
            "digits",
            extractors.pin,
            extractors.pin_key,
            digits=4,
            when=lambda s: not s.verified and not _forgotten(s),
            secret=True,
        ),
        Do("mobile", lambda s: FindMobile(str(s.account)), when=_forgotten),
        Person("verification", when=lambda s: _forgotten(s) and s.task.slots["mobile"] == ""),
        Ask(
            "code_ok",
            "yes-no",
            extractors.yes_no,
            extractors.yes_no_key,
            when=_forgotten,
            then=_keyed,
            fields=_where,
            noted=False,
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
            patience=UNDER_WAY,
            fields=_sent_or_not,
        ),
    ),
)
