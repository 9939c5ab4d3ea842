"""What an utterance means, whatever is being asked: the first reading that makes sense wins."""

import re
from collections.abc import Callable

from ivr.dialogue import phrases, timeouts
from ivr.dialogue.builder import Draft, Transition
from ivr.dialogue.confidence import ACCEPT, CONFIRM, RECOGNISED
from ivr.dialogue.escalation import hand_off
from ivr.dialogue.events import Said
from ivr.dialogue.flow_runner import advance
from ivr.dialogue.flows.registry import SELF_SERVICE
from ivr.dialogue.flows.steps import Ask
from ivr.dialogue.intent_routing import route, self_service
from ivr.dialogue.prompts import TOPICS
from ivr.dialogue.repair import at_menu, cancel, no_match, open_question, progress, repeat, stall
from ivr.dialogue.slot_filling import ahead, answer
from ivr.dialogue.state import Line, Task
from ivr.dialogue.verification_repair import forgotten, not_received
from ivr.redaction import mask_text
from languages import DEFAULT

SHORT = 6  # words

Attempt = Callable[[Draft, Said, Ask], Transition | None]


def leaving(draft: Draft, said: Said) -> Transition | None:
    """The ways to a person that are open at every moment."""
    meaning = said.meaning
    if meaning.upset:
        reason = "upset"
    elif phrases.asks_for_person(said):
        reason = "asked"
    elif meaning.language != DEFAULT:
        reason = "language"
    else:
        return None
    mood = "upset" if meaning.upset else "calm"
    return hand_off(in_their_words(draft, said), reason, mood=mood, language=meaning.language)


def in_their_words(draft: Draft, said: Said) -> Draft:
    """What the caller came for, kept for the brief; nothing that may hold a PIN."""
    secret = re.search(r"\bpin\b", said.text, re.I) or 4 <= len(said.meaning.digits) <= 6
    fit = at_menu(draft.state) and said.text and not secret
    return draft.with_state(draft.state.note("said", mask_text(said.text))) if fit else draft


def apply_utterance(draft: Draft, said: Said) -> Transition:
    """An utterance while we listen: the first reading that makes sense of it wins."""
    ask = open_question(draft.state)
    draft = in_their_words(draft, said)
    for attempt in ATTEMPTS:
        if (transition := attempt(draft, said, ask)) is not None:
            return transition
    return no_match(draft, ask)


def _cancel(draft: Draft, said: Said, ask: Ask) -> Transition | None:
    if (
        said.meaning.intent != "cancel"
        or said.meaning.confidence < ACCEPT
        or draft.state.question in ("open", "else", "rating")
    ):
        return None
    return cancel(draft)


def _other_account(draft: Draft, said: Said, ask: Ask) -> Transition | None:
    if draft.state.task.flow != "verify" or not phrases.OTHER_ACCOUNT.search(said.text.lower()):
        return None
    fresh = draft.with_state(draft.state.with_task(Task("verify")))
    return advance(progress(fresh.with_fields(account=None, on_file=False)))


def _repeat(draft: Draft, said: Said, ask: Ask) -> Transition | None:
    return repeat(draft, ask) if said.meaning.intent == "repeat" and said.meaning.confidence >= CONFIRM else None


def _digress(draft: Draft, said: Said, ask: Ask) -> Transition | None:
    """A question about something else, even where its words could pass for the answer."""
    return (
        self_service(draft, said) if not at_menu(draft.state) and phrases.QUESTION.search(said.text.lower()) else None
    )


def _hold(draft: Draft, said: Said, ask: Ask) -> Transition | None:
    if not phrases.WAIT.search(said.text.lower()) or _says_more(said):
        return None
    held = draft.with_fields(stalls=draft.state.stalls + 1).say(Line("repair.wait"))
    return stall(draft) or held.listen(ask, timeouts.HOLD)


def _says_more(said: Said) -> bool:
    """Whether there is an answer or a wish beside the "wait a second"."""
    meaning = said.meaning
    items = meaning.money or meaning.dates or meaning.share or meaning.account_kind or len(meaning.digits) > 1
    meant = meaning.intent in TOPICS and meaning.confidence >= ACCEPT and meaning.intent != "out_of_scope"
    return bool(items) or (meant and (meaning.intent in SELF_SERVICE or len(said.text.split()) > SHORT))


def _hesitate(draft: Draft, said: Said, ask: Ask) -> Transition | None:
    if (
        said.confidence < RECOGNISED
        or not said.text.strip()
        or not phrases.PAUSE.search(said.text.lower())
        or draft.state.missed
    ):
        return None
    return stall(draft) or draft.with_fields(stalls=draft.state.stalls + 1).listen(ask, timeouts.THINKING)


ATTEMPTS: tuple[Attempt, ...] = (
    _cancel,
    _other_account,
    _digress,
    _hold,
    not_received,
    answer,
    ahead,
    _repeat,
    forgotten,
    route,
    _hesitate,
)
