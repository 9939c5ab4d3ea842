"""What is said to a caller: one file a language, each with the code of a line in `languages`.

By language: `PROMPTS` is what the bot says, each prompt in its wordings; `LINES` what the line says while a person is
coming; `LOCALES` how figures are said; `VOCABULARIES` how callers who speak another language than English are
recognised. `TOPICS`, in English only, is what callers call with.
"""

from importlib import import_module
from types import ModuleType

from ivr.dialogue.prompts.en import TOPICS
from ivr.dialogue.prompts.language import Locale, Vocabulary
from languages import DEFAULT, LANGUAGES

__all__ = ["LINES", "LOCALES", "PROMPTS", "TOPICS", "VOCABULARIES"]

_FILES: dict[str, ModuleType] = {code: import_module(f"{__name__}.{code}") for code in LANGUAGES}

PROMPTS: dict[str, dict[str, tuple[str, ...]]] = {code: file.PROMPTS for code, file in _FILES.items()}
LINES: dict[str, dict[str, str]] = {code: file.LINE for code, file in _FILES.items()}
LOCALES: dict[str, Locale] = {code: file.LOCALE for code, file in _FILES.items()}
VOCABULARIES: dict[str, Vocabulary] = {code: file.VOCABULARY for code, file in _FILES.items() if code != DEFAULT}
