"""What an utterance was understood as."""

from dataclasses import dataclass
from datetime import date
from typing import Literal


@dataclass(frozen=True, slots=True)
class Meaning:
    """Money in minor units, dates as dates, digits joined.

    Several amounts are candidates; `currencies`: ISO codes of the currency named with them, empty where none was.
    `corrected`: digits that were asked for, and others said in place of their end ("4 7 1, no, 5 9").
    `no_person`: a person was spoken of, and turned down. `no_recording`: they will not be recorded.
    """

    intent: str
    confidence: float
    ranked: tuple[tuple[str, float], ...] = ()
    yes_no: bool | None = None
    money: tuple[int, ...] = ()
    share: Literal["full", "half", "minimum"] | None = None
    dates: tuple[date, ...] = ()
    digits: str = ""
    ordinal: int | None = None
    account_kind: str | None = None
    upset: bool = False
    language: str = "en"
    ours: bool = True
    currencies: tuple[str, ...] = ()
    no_person: bool = False
    no_recording: bool = False
    corrected: tuple[str, str] | None = None
