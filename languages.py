"""The languages that callers are spoken to in, one line each.

What is said in a language is in `ivr/dialogue/prompts/<code>.py`; nothing else has to know of it. The bot itself talks
English; in another language it hands the caller over, and the line speaks it from then on.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

DEFAULT = "en"


@dataclass(frozen=True, slots=True)
class Language:
    """`name`: in English, for agents. `accent`: what espeak calls it. `carrier_voice`: the attributes of the carrier's
    `Say`; none where its own default speaks the language."""

    name: str
    accent: str
    carrier_voice: Mapping[str, str] = field(default_factory=dict)


LANGUAGES: dict[str, Language] = {
    "en": Language("English", "gmw/en-us"),
    "es": Language("Spanish", "roa/es-419", {"voice": "Polly.Lupe", "language": "es-US"}),
}
"""By ISO 639-1 code."""
