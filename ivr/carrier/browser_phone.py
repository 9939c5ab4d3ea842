"""An agent's telephone in the browser, as the line sees it: a token that lets it in, and a script that makes it one."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True)
class PhoneToken:
    """What a browser shows the carrier: good for `seconds`, for the phone called `name` alone."""

    token: str
    name: str
    seconds: int


@dataclass(frozen=True, slots=True)
class PhoneScript:
    """The carrier's own script, kept in our data folder.

    `integrity`: its hash, as in a page's `integrity="sha512-..."`. `connects` and `plays` are the addresses to which
    it opens connections and from which it plays sound: a page's content policy must allow them.
    """

    path: Path
    version: str
    integrity: str
    connects: tuple[str, ...]
    plays: tuple[str, ...]


class BrowserPhone(Protocol):
    """The carrier's phone in a browser. While anything is `lacking`, no token is issued and no page shows a phone."""

    script: PhoneScript

    def lacking(self) -> list[str]:
        """What an operator has yet to do, one sentence each; empty: phones in browsers work."""
        ...

    def issue(self, name: str) -> PhoneToken:
        """A token for the phone `client:name`, which may then be rung, and call."""
        ...
