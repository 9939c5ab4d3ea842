"""The currency that was named, as ISO codes: "dollars" may be several."""

import re

_NAMES = {
    ("CAD",): r"canadian dollars?|dollars? canadian|cad",
    ("AUD",): r"(?:australian|aussie) dollars?|aud",
    ("HKD",): r"hong ?kong dollars?|hkd",
    ("SGD",): r"singapore dollars?|sgd",
    ("NZD",): r"new zealand dollars?|nzd",
    ("USD",): r"(?:us|u\.s\.|american) dollars?|usd",
    ("USD", "CAD", "AUD", "HKD", "SGD", "NZD"): r"dollars?|bucks?",
    ("EUR",): r"euros?|eur",
    ("GBP",): r"pounds?|quid|gbp|sterling",
    ("JPY",): r"yen|jpy",
    ("INR",): r"rupees?|inr",
    ("CHF",): r"(?:swiss )?francs?|chf",
    ("MXN",): r"pesos?|mxn",
    ("CNY",): r"yuan|renminbi|rmb|cny",
    ("SEK", "NOK", "DKK"): r"kron(?:or|er|a|e)|sek|nok|dkk",
    ("ZAR",): r"rand|zar",
    ("PLN",): r"zlot(?:y|ych)|pln",
    ("TRY",): r"lira",
    ("BRL",): r"reais|brl",
    ("XBT",): r"bitcoins?|btc",
}
_SIGNS = {"$": ("USD", "CAD", "AUD", "HKD", "SGD", "NZD"), "€": ("EUR",), "£": ("GBP",), "¥": ("JPY",), "₹": ("INR",)}
_PATTERNS = [(codes, re.compile(rf"(?<![\w'])(?:{names})(?![\w'])", re.I)) for codes, names in _NAMES.items()]
_SIGNED = re.compile(r"[$€£¥₹](?=\s?\d)|(?<=\d)\s?[€£¥₹]")


def currencies(text: str) -> tuple[str, ...]:
    """The codes of the currency named in `text`; empty where none is, and where several are the codes of all."""
    found: list[str] = []
    for codes, pattern in _PATTERNS:  # the more particular names come first
        text, count = pattern.subn(" ", text)
        found += codes if count else ()
    for sign in _SIGNED.findall(text):
        found += _SIGNS[sign.strip()]
    return tuple(dict.fromkeys(found))
