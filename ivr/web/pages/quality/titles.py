"""A call in one sentence: "Verified by PIN, got the balance, disputes a charge"."""

from ivr.store.models import CallFacts

WORDS = {
    "verified-by-pin": "verified by PIN",
    "verified-by-code": "verified by code",
    "got-balance": "got the balance",
    "got-due-date": "got the due date",
    "got-transactions": "heard the transactions",
    "paid": "paid",
    "scheduled-payment": "scheduled a payment",
    "paid-by-card": "paid by card",
    "got-receipt": "got a receipt by text",
    "wrong-pin": "gave a wrong PIN",
    "wrong-code": "gave a wrong code",
    "disputes-charge": "disputes a charge",
    "has-card-problem": "has a problem with a card",
    "asks-other-banking": "asks about other banking",
    "asks-something-else": "asks for something else",
    "wants-person": "wants a person",
    "asks-balance": "asks for the balance",
    "asks-due-date": "asks for the due date",
    "asks-transactions": "asks for the transactions",
    "wants-to-pay": "wants to pay",
}
ENDS = {
    "message": "left a message",
    "callback": "is to be called back",
    "abandoned": "hung up",
    "failed": "call failed",
}


def title(facts: CallFacts) -> str:
    """What happened in the call and, where nobody served the caller, how it ended."""
    told = [WORDS[name] for name in facts.story if name in WORDS]
    end = ENDS.get(facts.outcome or "")
    parts = [*told, end] if end else told
    sentence = ", ".join(parts) or "nothing was asked for"
    return sentence[0].upper() + sentence[1:]
