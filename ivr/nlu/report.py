"""A meaning as the JSON document of `warmline understand --json`, which scripts rely on."""

from typing import Any

from ivr.dialogue.meaning import Meaning


def as_json(text: str, meaning: Meaning) -> dict[str, Any]:
    """The shape of `warmline understand --json`."""
    return {
        "text": text,
        "intent": meaning.intent,
        "confidence": round(meaning.confidence, 4),
        "intents": [{"name": name, "confidence": round(share, 4)} for name, share in meaning.ranked],
        "entities": {
            "money": list(meaning.money),
            "currencies": list(meaning.currencies),
            "share": meaning.share,
            "date": [day.isoformat() for day in meaning.dates],
            "digits": meaning.digits,
            "ordinal": meaning.ordinal,
            "account": meaning.account_kind,
        },
        "yes_no": meaning.yes_no,
        "upset": meaning.upset,
        "language": meaning.language,
        "ours": meaning.ours,
    }
