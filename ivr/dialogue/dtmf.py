"""What keys mean, whatever is being asked."""

from ivr.dialogue import extractors
from ivr.dialogue.builder import Draft, Transition
from ivr.dialogue.flow_runner import check_secret, push
from ivr.dialogue.flows.registry import MENU
from ivr.dialogue.flows.verify import VERIFY
from ivr.dialogue.intent_routing import begin
from ivr.dialogue.repair import at_menu, no_match, open_question, progress, repeat
from ivr.dialogue.slot_filling import take
from ivr.dialogue.state import Task
from ivr.dialogue.verification_repair import keyed_otherwise


def apply_keys(draft: Draft, keys: str) -> Transition:
    """Keys work as well as words; * repeats."""
    ask = open_question(draft.state)
    if keys.startswith("*"):
        return repeat(draft, ask)
    if at_menu(draft.state) and keys in MENU and not any(t.flow == MENU[keys] for t in draft.state.tasks):
        return begin(draft, MENU[keys], {})
    if (otherwise := keyed_otherwise(draft, keys, ask)) is not None:
        return otherwise
    if (ahead := _pin_ahead(draft, keys)) is not None:
        return ahead
    raw = ask.extract_keyed(keys)
    number = extractors.account_number_key(keys) if ask.name == "pin" else None
    extra = {"number": number} if number else {}
    return take(draft, ask, raw, extra) or no_match(draft, ask)


def _pin_ahead(draft: Draft, keys: str) -> Transition | None:
    """A PIN that is keyed before it was asked for, where it is known whose it is."""
    state = draft.state
    early = at_menu(state) or state.question == "unsure"
    if not early or state.verified or state.account is None or extractors.pin_key(keys) is None:
        return None
    return check_secret(progress(push(draft, Task("verify"))), VERIFY.ask("pin"), keys)
