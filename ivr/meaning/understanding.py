"""Text to meaning: the trained models, the grammars of amounts, dates and digits, and a few rules that outrank both."""

from datetime import date
from pathlib import Path

from ivr.dialogue.events import Meaning
from ivr.meaning import signals
from ivr.meaning.answers import yes_no
from ivr.meaning.build import build_encoder
from ivr.meaning.dates import dates
from ivr.meaning.decide import decide
from ivr.meaning.digits import digits
from ivr.meaning.encoder import Encoder
from ivr.meaning.features import plain
from ivr.meaning.head import Head
from ivr.meaning.money import money

WEIGHTS = Path(__file__).with_name("weights")
BARE_MONEY = frozenset({"money", "yes-no"})


class Understanding:
    """What a caller's words mean. Safe to share between threads."""

    def __init__(self, encoder: Encoder, head: Head) -> None:
        self._encoder = encoder
        self._head = head

    @classmethod
    def load(cls, folder: Path) -> "Understanding":
        """With the encoder in `folder/models/`, built there when it is not; raises MissingWeights."""
        return cls(Encoder.load(build_encoder(folder)), Head.load(WEIGHTS))

    def understand(self, text: str, *, expect: str | None = None, today: date) -> Meaning:
        """The meaning of `text`. `expect` is what was asked for: open, yes-no, digits, money or date."""
        decision = decide(text, self._probabilities(plain(text)), expect)
        amounts = money(text, bare=expect in BARE_MONEY or (expect != "digits" and decision.intent == "payment"))
        return Meaning(
            intent=decision.intent,
            confidence=decision.confidence,
            ranked=decision.ranked,
            yes_no=yes_no(text),
            money=amounts,
            share=signals.share(text),
            dates=dates(text, today, asked=expect == "date"),
            digits="" if amounts and expect != "digits" else digits(text, asked=expect == "digits"),
            ordinal=signals.choice(text),
            account_kind=signals.account_kind(text),
            upset=signals.upset(text),
            language=signals.language(text),
            ours=decision.intent != "out_of_scope",
        )

    def _probabilities(self, said: str) -> dict[str, float]:
        shares = self._head.probabilities(said, self._encoder.encode([said])[0])
        return dict(zip(self._head.labels, map(float, shares), strict=True))
