"""How a conversation begins: who calls, on which day, and what the line can do for them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from ivr.dialling.phone_numbers import mobile
from ivr.dialogue.events import Started
from ivr.ledger.port import Ledger, LedgerError


def _is_mobile(number: str) -> bool:
    return mobile(number) is not None


@dataclass(frozen=True, slots=True)
class Opening:
    """What is the same for all callers. `braked`: the intents that go to a person for now; `sends_codes`: whether
    callers may prove themselves by a one-time code; `textable`: whether texts go to a number."""

    ledger: Ledger
    company: str
    sends_codes: bool = False
    braked: Callable[[], Iterable[str]] = tuple
    textable: Callable[[str], bool] = _is_mobile

    def event(self, caller: str, today: date, ask: bool = True) -> Started:
        """The dialogue's first event. Blocking, unless the ledger is not to be asked who `caller` is."""
        try:
            account = self.ledger.find_by_phone(caller) if ask else None
        except LedgerError:
            account = None
        texts = account is not None and self.textable(caller)
        return Started(today, account, self.company, tuple(self.braked()), self.sends_codes, texts)
