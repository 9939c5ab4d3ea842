"""What is said to a caller: one file per language, nothing but words.

`LANGUAGES` is what the bot says, each prompt in its wordings; `LINES` is what the line says while a person is coming.
"""

from ivr.dialogue.prompts import en, es

LANGUAGES = {"en": en.PROMPTS, "es": es.PROMPTS}
TOPICS = en.TOPICS
LINES = {"en": en.LINE, "es": es.LINE}
