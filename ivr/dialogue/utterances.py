"""What an utterance or a key means, whatever is being asked: the first reading that makes sense wins."""

import re
from collections.abc import Callable
from dataclasses import replace

from ivr.dialogue import extractors, phrases, timeouts
from ivr.dialogue.builder import Draft, Outcome
from ivr.dialogue.escalation import hand_off
from ivr.dialogue.events import Said
from ivr.dialogue.flow_runner import advance, check_secret, push, question
from ivr.dialogue.flows.registry import MENU, SELF_SERVICE, committed, flow_of
from ivr.dialogue.flows.steps import Ask
from ivr.dialogue.flows.verify import VERIFY
from ivr.dialogue.prompts import TOPICS
from ivr.dialogue.repair import at_menu, cancel, detour, goodbye, missed, open_question, progress, repeat, stall
from ivr.dialogue.state import Line, Raw, State, Task
from ivr.dialogue.verification_repair import forgotten, keyed_otherwise, not_received
from ivr.redaction import mask_text
from languages import DEFAULT

HEARD = 0.4  # below this the words themselves are doubtful
SURE = 0.6  # from here on an intent is acted upon
FAIR = 0.35  # from here on it is worth a question
SHORT = 6  # words

Attempt = Callable[[Draft, Said, Ask], Outcome | None]


def person_wanted(said: Said) -> bool:
    named = bool(phrases.PERSON.search(said.text.lower())) and not said.meaning.no_person
    return said.meaning.intent == "human_agent" or named


def leaving(draft: Draft, said: Said) -> Outcome | None:
    """The ways to a person that are open at every moment."""
    meaning = said.meaning
    language = meaning.language
    if meaning.upset:
        return hand_off(draft, "upset", mood="upset", language=language)
    if person_wanted(said):
        return hand_off(draft, "asked", language=language)
    if language != DEFAULT:
        return hand_off(draft, "language", language=language)
    return None


def in_their_words(draft: Draft, said: Said) -> Draft:
    """What the caller came for, kept for the brief; nothing that may hold a PIN."""
    secret = re.search(r"\bpin\b", said.text, re.I) or 4 <= len(said.meaning.digits) <= 6
    fit = at_menu(draft.state) and said.text and not secret
    return draft.at(draft.state.note("said", mask_text(said.text))) if fit else draft


def hear(draft: Draft, said: Said) -> Outcome:
    """An utterance while we listen: the first reading that makes sense of it wins."""
    ask = open_question(draft.state)
    draft = in_their_words(draft, said)
    for attempt in ATTEMPTS:
        outcome = attempt(draft, said, ask)
        if outcome is not None:
            return outcome
    return missed(draft, ask)


def _cancel(draft: Draft, said: Said, ask: Ask) -> Outcome | None:
    if (
        said.meaning.intent != "cancel"
        or said.meaning.confidence < SURE
        or draft.state.question in ("open", "else", "rating")
    ):
        return None
    return cancel(draft)


def _other_account(draft: Draft, said: Said, ask: Ask) -> Outcome | None:
    if draft.state.task.flow != "verify" or not phrases.OTHER_ACCOUNT.search(said.text.lower()):
        return None
    fresh = draft.at(draft.state.with_task(Task("verify")))
    return advance(progress(fresh.having(account=None, on_file=False)))


def _repeat(draft: Draft, said: Said, ask: Ask) -> Outcome | None:
    return repeat(draft, ask) if said.meaning.intent == "repeat" and said.meaning.confidence >= FAIR else None


def _digress(draft: Draft, said: Said, ask: Ask) -> Outcome | None:
    """A question about something else, even where its words could pass for the answer."""
    return _route_ours(draft, said) if not at_menu(draft.state) and phrases.QUESTION.search(said.text.lower()) else None


def _answer(draft: Draft, said: Said, ask: Ask) -> Outcome | None:
    # six digits more or less are an attempt at the code, not an account number
    extra = {} if ask.name == "code" else volunteered(draft.state.task, said, besides=ask.name)
    raw = ask.extract(said, True)
    doubtful = said.confidence < HEARD and not (ask.kind == "yes-no" and _plain(said))
    if raw is None and ask.name == "pin" and phrases.FORGOT.search(said.text.lower()):
        return None
    if doubtful and (ask.secret or ask.confirms):
        return None
    if ask.confirms and extra:
        raw = None
    return take(draft, ask, raw, extra, doubtful)


def _plain(said: Said) -> bool:
    """A yes or no and nothing else: a single word is never heard with much confidence."""
    return said.confidence > HEARD / 2 and bool(phrases.YES_NO.fullmatch(said.text.lower()))


def _ahead(draft: Draft, said: Said, ask: Ask) -> Outcome | None:
    """While he is asked who he is, the caller goes on about what he wants: it is kept, and the question stands."""
    verify, below = draft.state.task, draft.state.tasks[-2:-1]
    if verify.flow != "verify" or not below or said.confidence < HEARD or person_wanted(said):
        return None
    items = {
        n: v for n, v in volunteered(below[0], said).items() if n != "amount" or phrases.MONEY.search(said.text.lower())
    }
    if not items:
        return None
    fuller = draft.at(absorb(draft.having(tasks=draft.state.tasks[:-1]).state, items))
    return question(progress(fuller.having(tasks=(*fuller.state.tasks, verify))), ask)


def take(draft: Draft, ask: Ask, raw: Raw | None, extra: dict[str, Raw], doubtful: bool = False) -> Outcome | None:
    """Use an answer and what came with it; None when there is nothing usable in it."""
    if ask.secret and raw is not None:
        return check_secret(progress(draft), ask, str(raw))
    if raw is True and ask.confirms and draft.state.cut:
        return question(draft, ask)  # a yes counts only to figures that were heard
    if raw is not None and ask.settle(draft.state, raw) is None:
        raw = None
    if raw is None and not extra:
        return None
    heard = extra if raw is None else {**extra, ask.name: raw}
    return advance(progress(draft.at(absorb(draft.state, heard, doubtful))))


def absorb(state: State, heard: dict[str, Raw], doubtful: bool = False) -> State:
    """What was heard replaces what was settled; whatever had been confirmed is open again."""
    task = state.task
    asks = flow_of(task).asks
    if any(ask.volunteer and ask.name in heard for ask in asks):
        task = task.drop(*(ask.name for ask in asks if ask.confirms))
    task = task.drop(*heard)
    given = {**task.given, **heard} | ({"doubt": True} if doubtful else {})
    return state.with_task(replace(task, given=given))


def volunteered(task: Task, said: Said, besides: str = "") -> dict[str, Raw]:
    """Items of the task's flow that the caller gave without being asked for them."""
    if committed(task):
        return {}
    asks = (ask for ask in flow_of(task).asks if ask.volunteer and ask.name != besides)
    return {ask.name: raw for ask in asks if (raw := ask.extract(said, False)) is not None}


def _hold(draft: Draft, said: Said, ask: Ask) -> Outcome | None:
    if not phrases.WAIT.search(said.text.lower()) or _says_more(said):
        return None
    return stall(draft) or draft.having(stalls=draft.state.stalls + 1).say(Line("repair.wait")).listen(
        ask, timeouts.HOLD
    )


def _says_more(said: Said) -> bool:
    """Whether there is an answer or a wish beside the "wait a second"."""
    meaning = said.meaning
    items = meaning.money or meaning.dates or meaning.share or meaning.account_kind or len(meaning.digits) > 1
    meant = meaning.intent in TOPICS and meaning.confidence >= SURE and meaning.intent != "out_of_scope"
    return bool(items) or (meant and (meaning.intent in SELF_SERVICE or len(said.text.split()) > SHORT))


def _hesitate(draft: Draft, said: Said, ask: Ask) -> Outcome | None:
    if (
        said.confidence < HEARD
        or not said.text.strip()
        or not phrases.PAUSE.search(said.text.lower())
        or draft.state.missed
    ):
        return None
    return stall(draft) or draft.having(stalls=draft.state.stalls + 1).listen(ask, timeouts.THINKING)


def _route(draft: Draft, said: Said, ask: Ask) -> Outcome | None:
    ours = _route_ours(draft, said) or _farewell(draft, said)
    return ours or _route_person(draft, said) or _route_talk(draft, said, ask)


def _farewell(draft: Draft, said: Said) -> Outcome | None:
    """A goodbye in so many words, or meant as one."""
    menu = at_menu(draft.state)
    if said.confidence < HEARD / (2 if menu else 1):
        return None
    meant = said.meaning.intent == "goodbye" and said.meaning.confidence >= (FAIR if menu else SURE)
    return goodbye(draft) if meant or (menu and phrases.FAREWELL.search(said.text.lower())) else None


def _route_ours(draft: Draft, said: Said) -> Outcome | None:
    """Begin a flow, or ask whether it is meant."""
    state, intent, sure = draft.state, said.meaning.intent, said.meaning.confidence
    if intent not in SELF_SERVICE or any(task.flow == intent for task in state.tasks):
        return None
    given = volunteered(Task(intent), said)
    if sure >= SURE and said.confidence >= HEARD:
        return begin(draft, intent, given)
    if at_menu(state) and sure >= FAIR and said.confidence >= HEARD / 2:
        return advance(progress(push(draft, Task("unsure", {"intent": intent, **given}))))
    return None


def begin(draft: Draft, intent: str, given: dict[str, Raw]) -> Outcome:
    """Start a flow with what the caller already gave for it."""
    wanted = tuple(dict.fromkeys((*draft.state.wanted, intent)))
    if intent in draft.state.braked:
        return hand_off(draft.having(wanted=wanted), "braked", intent)
    begun = push(draft.having(wanted=wanted, tasks=_to_come_back_to(draft.state.tasks)), Task(intent, given))
    verify = tuple(task for task in draft.state.tasks if task.flow == "verify")[-1:]
    return advance(progress(begun.having(tasks=(*begun.state.tasks, *verify))))


def _to_come_back_to(tasks: tuple[Task, ...]) -> tuple[Task, ...]:
    """The task that is interrupted; one at a time, so that the answers never pile up."""
    return tasks[:1] + tuple(task for task in tasks[1:] if task.flow in SELF_SERVICE)[-1:]


def _route_person(draft: Draft, said: Said) -> Outcome | None:
    """Whatever is not ours goes to a person; amid a task only when it is plainly meant."""
    intent, confidence = said.meaning.intent, said.meaning.confidence
    if intent in SELF_SERVICE or intent not in TOPICS or said.confidence < HEARD / 2:
        return None
    amid = not at_menu(draft.state) and draft.state.question != "unsure"
    if confidence < (SURE if amid else FAIR) or (amid and intent == "out_of_scope"):
        return None
    wanted = tuple(dict.fromkeys((*draft.state.wanted, intent)))
    return hand_off(draft.having(wanted=wanted), intent, intent)


def _route_talk(draft: Draft, said: Said, ask: Ask) -> Outcome | None:
    """What is said about the talk itself: farewells, small talk, help, a bare yes or no."""
    meaning, state = said.meaning, draft.state
    if meaning.confidence < FAIR or (said.confidence < HEARD and not _plain(said)):
        return None
    answer = extractors.yes_no(said, True)
    if at_menu(state) and answer is False and state.question == "else":
        return goodbye(draft)
    if (at_menu(state) and answer is True) or meaning.intent == "cancel":
        return detour(draft, ask)
    if meaning.intent in ("help", "dont_know"):
        return detour(draft, ask, example=True)
    if meaning.intent == "smalltalk":
        return detour(draft.say(Line("repair.smalltalk")), ask)
    return None


def keyed(draft: Draft, keys: str) -> Outcome:
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
    return take(draft, ask, raw, extra) or missed(draft, ask)


def _pin_ahead(draft: Draft, keys: str) -> Outcome | None:
    """A PIN that is keyed before it was asked for, where it is known whose it is."""
    state = draft.state
    early = at_menu(state) or state.question == "unsure"
    if not early or state.verified or state.account is None or extractors.pin_key(keys) is None:
        return None
    return check_secret(progress(push(draft, Task("verify"))), VERIFY.ask("pin"), keys)


ATTEMPTS: tuple[Attempt, ...] = (
    _cancel,
    _other_account,
    _digress,
    _hold,
    not_received,
    _answer,
    _ahead,
    _repeat,
    forgotten,
    _route,
    _hesitate,
)
