"""Takes out of a conversation what must not be written down: card numbers, PINs, codes, ids and passwords.

`mask` finds the secrets of a conversation line by line, by what was asked for, by the words beside the digits, and by
patterns, and puts a marker in the place of each. `forget` takes a card that came in parts out of what was kept before
it was complete. `Personal` says whether names and addresses of people go too. Nothing here reads or writes anything.
"""

from ivr.redaction.conversation import NOTHING_PERSONAL, Line, Masked, Masking, mask, mask_text
from ivr.redaction.detection import kinds_in
from ivr.redaction.digit_runs import digits_in
from ivr.redaction.erasure import forget, mask_digits, mask_words, places, redact
from ivr.redaction.explained import explained, holds_digits, is_lead
from ivr.redaction.personal import Finder, Personal
from ivr.redaction.phrases import Named, phrases_in
from ivr.redaction.spans import (
    KEYED_CARD,
    MARKER,
    MARKERS,
    PERSONAL,
    SecretKind,
    Span,
    holds_marker,
    holds_secret,
    kind_of,
    merged,
)

__all__ = [
    "KEYED_CARD",
    "MARKER",
    "MARKERS",
    "NOTHING_PERSONAL",
    "PERSONAL",
    "Finder",
    "Line",
    "Masked",
    "Masking",
    "Named",
    "Personal",
    "SecretKind",
    "Span",
    "digits_in",
    "explained",
    "forget",
    "holds_digits",
    "holds_marker",
    "holds_secret",
    "is_lead",
    "kind_of",
    "kinds_in",
    "mask",
    "mask_digits",
    "mask_text",
    "mask_words",
    "merged",
    "phrases_in",
    "places",
    "redact",
]
