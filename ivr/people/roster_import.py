"""People from rows of a file: each is added, or brought up to date, by their e-mail address."""

from datetime import datetime
from typing import Any, Literal

from sqlalchemy.orm import Session

from ivr.people import roster

COLUMNS = ("email", "name", "phone", "roles", "skills", "languages")
NEEDED = ("email",)
LISTS = ("roles", "skills", "languages")  # with semicolons between
EXAMPLE = ("ada@example.com", "Ada", "+15551230000", "agent;supervisor", "dispute;payment", "en;es")
Result = Literal["added", "changed", "same"]


def import_person(tx: Session, cells: dict[str, str], by: str, now: datetime) -> Result:
    """Add the person or change what is given of them; an empty cell leaves what is there. Raises RosterRefusedError."""
    given: dict[str, Any] = {name: cell for name, cell in cells.items() if cell and name != "email"}
    for name in LISTS:
        if name in given:
            given[name] = [one.strip() for one in given[name].split(";") if one.strip()]
    email = cells.get("email", "")
    agent = roster.find(tx, email) if email else None
    if agent is not None:
        return "changed" if roster.change(tx, agent, by, now, **given) else "same"
    missing = [name for name in ("name", "phone") if name not in given]
    if missing:
        raise roster.RosterRefusedError(f"a new person needs {' and '.join(missing)}")
    roster.add(tx, email=email, now=now, by=by, **given)
    return "added"
