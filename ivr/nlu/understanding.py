"""From a text to its meaning: the intent, by classifier and rules, and the entities, by grammars."""

from datetime import date
from pathlib import Path

from ivr.dialogue.meaning import Meaning
from ivr.nlu import entities
from ivr.nlu.classifier import IntentClassifier
from ivr.nlu.currencies import currencies
from ivr.nlu.dates import dates
from ivr.nlu.day_order import day_first
from ivr.nlu.declined import declined
from ivr.nlu.digits import correction, digits
from ivr.nlu.encoder import Encoder, Encodes
from ivr.nlu.intent_decision import choose_intent
from ivr.nlu.language import language
from ivr.nlu.money import money
from ivr.nlu.normalise import normalise
from ivr.nlu.recording_refusal import refuses_recording
from ivr.nlu.sentiment import is_upset
from ivr.nlu.yes_no import yes_no

WEIGHTS = Path(__file__).with_name("weights")
BARE_MONEY = frozenset({"money", "yes-no"})
NOTHING = Meaning(intent="dont_know", confidence=0.0)


def weights_in(folder: Path) -> Path:
    """The folder of the weights that are in use with the data folder `folder`: the operator's own, or what ships."""
    own = folder / "meaning"
    return own if own.is_dir() else WEIGHTS


def classified(text: str) -> str:
    """The words of `text` that its intent is read from, normalised; what was only declined is left out."""
    rest = normalise(declined(text).rest)
    return rest or normalise(text)


class Understanding:
    """What a caller's words mean. Safe to share between threads."""

    def __init__(self, encoder: Encodes, head: IntentClassifier, country: str = "US") -> None:
        self._encoder = encoder
        self._head = head
        self._day_first = day_first(country)

    @classmethod
    def load(cls, folder: Path, country: str = "US") -> "Understanding":
        """The models in `folder/meaning/` if the operator trained their own, else those that ship.

        `country`: whose order of day and month is meant by 5/4. Raises MissingModelError.
        """
        weights = weights_in(folder)
        return cls(Encoder.load(weights), IntentClassifier.load(weights), country)

    def understand(self, text: str, *, expect: str | None = None, today: date) -> Meaning:
        """The meaning of `text`. `expect` is what was asked for: open, yes-no, digits, money or date.

        An empty text means nothing, with confidence 0.
        """
        said = normalise(text)
        if not said:
            return NOTHING
        wish = declined(text)
        nothing_else = not normalise(wish.rest)
        meant = text if nothing_else else wish.rest
        shares = self._shares(classified(text))
        bare = expect in BARE_MONEY or (expect != "digits" and max(shares, key=shares.__getitem__) == "payment")
        amounts = money(text, bare=bare)
        part = entities.share(text)
        days = dates(text, today, asked=expect == "date", day_first=self._day_first)
        number = "" if (amounts or days) and expect != "digits" else digits(text, asked=expect == "digits")
        corrected = correction(text, asked=True) if expect == "digits" else None
        found = {"money": bool(amounts or part), "date": bool(days), "digits": bool(number or corrected)}
        answered = found.get(expect or "open", False)
        decision = choose_intent(
            meant, shares, expect=expect, answered=answered, no_person=wish.person, declined=nothing_else
        )
        return Meaning(
            intent=decision.intent,
            confidence=decision.confidence,
            ranked=decision.ranked,
            yes_no=yes_no(meant),
            money=amounts,
            share=part,
            dates=days,
            digits=number,
            corrected=corrected,
            ordinal=entities.choice(text),
            account_kind=entities.account_kind(text),
            upset=is_upset(text),
            language=language(text),
            ours=answered or decision.intent != "out_of_scope",
            no_person=wish.person,
            no_recording=refuses_recording(text),
            currencies=currencies(text) if amounts else (),
        )

    def _shares(self, said: str) -> dict[str, float]:
        probabilities = self._head.probabilities(self._encoder.encode(said))
        return dict(zip(self._head.labels, map(float, probabilities), strict=True))
