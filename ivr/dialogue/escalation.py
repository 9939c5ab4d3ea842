"""The hand-off to a person, with the one sentence and the facts that the agent's brief begins with."""

from ivr.dialogue import amounts, payment_rules
from ivr.dialogue.actions import HandOff
from ivr.dialogue.builder import Draft, Transition
from ivr.dialogue.flows.registry import FLOWS, LABELS, SELF_SERVICE
from ivr.dialogue.flows.verify import LACKING, NOBODY
from ivr.dialogue.prompts import PROMPTS, TOPICS
from ivr.dialogue.state import Line, Raw, State
from languages import DEFAULT, LANGUAGES

IN_DOUBT = "may have been made: the ledger has not answered yet"


def account(state: State) -> str | None:
    """The account the call is about, as far as it is known."""
    return None if state.account is None or state.account.startswith(NOBODY) else state.account


def verified(state: State) -> bool:
    """Whether the caller has proved to be the account's holder."""
    return state.verified


def known(state: State) -> dict[str, str]:
    """Everything the caller said, keyed or proved, by name; never the PIN."""
    facts = {"verified": "yes" if state.verified else "no"}
    if found := account(state):
        facts["account"] = found
    elif state.account:
        facts["account"] = "none with the number that they gave"
    if state.on_file:
        facts["calling from"] = "the number on file"
    if state.wrong_pins:
        facts["wrong PINs"] = str(state.wrong_pins)
    if state.wanted:
        facts["wants"] = ", ".join(state.wanted)
    doubt = {"payment": IN_DOUBT} if payment_rules.paying(state) else {}
    return facts | _items(state) | doubt


def _items(state: State) -> dict[str, str]:
    given = {name: value for task in state.tasks for name, value in _given(state, task.flow, task.given).items()}
    return {LABELS.get(name, name): value for name, value in (given | state.noted).items()}


def _given(state: State, flow: str, given: dict[str, Raw]) -> dict[str, str]:
    asks = {ask.name: ask for ask in FLOWS[flow].asks if ask.noted and not ask.secret}
    amount = {"amount": amounts.in_minor(given["amount"], payment_rules.currency(state))} if "amount" in given else {}
    return {name: asks[name].show(state, raw) for name, raw in (given | amount).items() if name in asks}


def hand_off(
    draft: Draft, reason: str, intent: str = "", mood: str = "calm", language: str = DEFAULT, wanted: int = 0
) -> Transition:
    """One kind sentence, then a person, with all that is known; `wanted` as in `HandOff`."""
    prompt = f"person.{reason}" if reason not in TOPICS else "person.intent"
    spoken = language if prompt in PROMPTS.get(language, {}) else DEFAULT
    said = draft.say(Line(prompt, {"topic": TOPICS.get(reason, "")}), spoken, interruptible=False)
    intent = intent or (said.state.wanted[-1] if said.state.wanted else "")
    told = summary(said.state, reason, intent, language)
    action = HandOff(reason, intent, told, known(said.state), mood, language, wanted)
    return said.end(action, "gone")


_WHY = {
    "asked": "asks for a person",
    "unclear": "was not understood",
    "silent": "fell silent",
    "upset": "is upset",
    "fault": "was stopped by a fault of the line",
    "doubt": "a payment is in doubt",
    "braked": "was brought on by the bot brake",
    "supervisor": "was taken over by a supervisor",
    "dispute": "disputes a charge",
    "card_problem": "has trouble with a card",
} | {name: declared.failed for name, declared in SELF_SERVICE.items() if declared.failed}
_WISHES = 2  # of the latest: the sentence is read aloud to the agent too


def summary(state: State, reason: str, intent: str, language: str) -> str:
    """One sentence for the agent's screen and ear: why a person, who, what was done."""
    story = ", ".join([_proof(state, reason), *_wishes(state, intent)[-_WISHES:]])
    why = "" if reason == "verification" else f"{_why(reason, language)}; "
    return f"{_upper(why)}{story}." if why else f"{_upper(story)}."


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def reason_in_words(reason: str, language: str = DEFAULT) -> str:
    """Why a person, as the summary says it; empty where the caller's proof, or an earlier call, is the whole reason."""
    return "" if reason in ("", "verification", "callback") else _why(reason, language)


def _why(reason: str, language: str) -> str:
    if reason == "language":
        return f"speaks {LANGUAGES[language].name}"
    return _WHY.get(reason, "wants something that the line does not do")


def _proof(state: State, reason: str) -> str:
    if state.verified:
        return "verified by a code sent by text" if state.by_code else "verified by PIN"
    if state.wrong_pins and not state.question.startswith("code"):
        return f"not verified after {state.wrong_pins} wrong PIN{'s' if state.wrong_pins > 1 else ''}"
    lacking = LACKING.get(state.question) if reason == "verification" else None
    return f"not verified, {lacking}" if lacking else "not verified"


def _wishes(state: State, intent: str) -> list[str]:
    """What came of each wish that the line could fulfil, oldest first."""
    wishes = dict.fromkeys((*state.wanted, intent))
    return [SELF_SERVICE[name].brief(state) for name in wishes if name in SELF_SERVICE]
