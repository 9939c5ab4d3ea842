"""Is it really the carrier that asks? Each carrier's folder tells its own requests from forged ones."""

from typing import Protocol

from werkzeug.datastructures import MultiDict


class MissingSecretError(ValueError):
    """Without a secret anybody could sign: there is nothing to check requests against."""


class Headers(Protocol):
    """A request's headers, found by any case of their names."""

    def get(self, key: str, /) -> str | None: ...


class Signatures(Protocol):
    """Checks what comes to our public addresses, whatever proxy stands before us."""

    def request_is_signed(self, path: str, query: str, form: MultiDict[str, str], headers: Headers) -> bool:
        """`path` as received, `query` raw and in its order, `form` with every value that came, empty ones too."""
        ...

    def socket_is_signed(self, below: str, headers: Headers) -> bool:
        """`below` is what follows the media socket's path: "" or "/listen"."""
        ...
