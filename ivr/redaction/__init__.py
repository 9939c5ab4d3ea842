"""What must not be written down of a conversation: card numbers, PINs, codes, ids, passwords. Pure."""

from ivr.redaction.conversation import Line, Masked, Masking, mask, mask_text
from ivr.redaction.detection import kinds_in
from ivr.redaction.digit_runs import digits_in
from ivr.redaction.erasure import forget, mask_digits, mask_words, redact
from ivr.redaction.phrases import Named
from ivr.redaction.spans import KEYED_CARD, MARKERS, Kind, Span, holds_marker, kind_of, overlap

__all__ = [
    "KEYED_CARD",
    "MARKERS",
    "Kind",
    "Line",
    "Masked",
    "Masking",
    "Named",
    "Span",
    "digits_in",
    "forget",
    "holds_marker",
    "kind_of",
    "kinds_in",
    "mask",
    "mask_digits",
    "mask_text",
    "mask_words",
    "overlap",
    "redact",
]
