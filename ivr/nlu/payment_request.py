"""Whether the caller asks, in so many words, to pay us."""

import re

from ivr.nlu.normalise import normalise

_LEAD = (
    r"(?:hi|hello|hey|yes|yeah|ok|okay|so|well|and|then|actually|please|just|now|can|could|may|might|i|i'd|i'll|we|let"
    r"|me|would|will|like|love|want|wanna|wish|need|have|prefer|rather|to)"
)
_WHAT = r"(?:it|this|that|you|something|(?:my|the|this|that) (?:bill|balance|payment|amount|minimum))"
_CARD = r"(?:an? |my |the |your )?(?:cards?|(?:credit|debit|bank|credit or debit|visa|master ?card)(?: card)?)"
_MORE = r"(?:please|today|now|instead|then|thanks|thank you|over the phone|by phone|on the phone|right now)"
_WISH = re.compile(
    rf"^(?:no )?(?:{_LEAD} )*(?:pay|paying|(?:make|making) (?:a|the|my) payment)(?: {_WHAT})?"
    rf"(?: (?:by|with|using|via|through|from) {_CARD})?(?: {_MORE})*$"
)


def wants_payment(text: str) -> bool:
    """The caller wants to pay us, perhaps by card, and says no more; who asks where a card works does not."""
    return bool(_WISH.search(normalise(text)))
