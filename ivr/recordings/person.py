"""One person, as bytes: the signs by which they are found again in text and files."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

SHORTEST = 4  # signs of a name or an account that are looked for in running text
_GAP = r"[\s().+/-]{0,3}"


@dataclass(frozen=True, slots=True)
class Person:
    """`number` in E.164 or as the carrier gave it, `account` the ledger's id; at least one. `names` and `sids` are
    those of the account's holder and of their recordings, as their calls tell."""

    number: str | None = None
    account: str | None = None
    names: frozenset[str] = frozenset()
    sids: frozenset[str] = frozenset()
    _patterns: list[re.Pattern[bytes]] = field(default_factory=list, compare=False)

    def found_in(self, text: bytes | str) -> bool:
        """Whether any of the signs stands in it, a number however it is grouped."""
        data = text.encode() if isinstance(text, str) else text
        return any(pattern.search(data) for pattern in self.patterns())

    def masked(self, data: bytes) -> bytes:
        """The same length of bytes, with an asterisk for each of a sign."""
        for pattern in self.patterns():
            data = pattern.sub(lambda found: b"*" * len(found[0]), data)
        return data

    def patterns(self) -> list[re.Pattern[bytes]]:
        if not self._patterns:
            self._patterns.extend(re.compile(sign.encode(), re.IGNORECASE) for sign in self._signs())
        return self._patterns

    def _signs(self) -> Iterable[str]:
        if self.number:
            digits = re.sub(r"\D", "", self.number)
            grouped = self.number.startswith("+") and len(digits) >= 8
            # national: all but the calling code, of which it is not known here where it ends
            yield (
                rf"(?<!\d){_grouped(digits)}(?!\d)|(?<!\d){_grouped(digits[-10:])}(?!\d)"
                if grouped
                else _word(self.number)
            )
        yield from (re.escape(sid) for sid in sorted(self.sids))  # also where a file's name goes on after it
        for word in filter(None, (self.account, *sorted(self.names))):
            if len(word) >= SHORTEST:
                yield _word(word)
                if (escaped := json.dumps(word)[1:-1]) != word:
                    yield re.escape(escaped)


def _grouped(digits: str) -> str:
    return _GAP.join(digits)


def _word(text: str) -> str:
    return rf"(?<![0-9A-Za-z]){re.escape(text)}(?![0-9A-Za-z])"
