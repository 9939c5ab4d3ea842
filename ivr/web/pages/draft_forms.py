"""What a form tells of its draft, when it is saved and when it is sent."""

import json

from flask import abort, request

DRAFTED = ("text", "outcome", "to", "number", "at")  # the fields of the forms that are kept while they are written


def drafted() -> dict[str, str]:
    """What stands in the form that was sent, or is being written."""
    return {name: text for name, text in request.form.items() if name in DRAFTED}


def seen() -> dict[str, str] | None:
    """The draft as the page last knew it, a JSON object of its fields in `seen`; None from a page that does not say."""
    try:
        known = json.loads(request.form.get("seen", "null"))
    except ValueError:
        abort(400, "seen is no JSON")
    if not isinstance(known, dict):
        return None
    return {name: str(text) for name, text in known.items() if name in DRAFTED}
