"""Is it really the carrier? X-Twilio-Signature over the public address, whatever proxy stands before us."""

import logging
from urllib.parse import urlsplit, urlunsplit

from flask import Blueprint, abort, request
from twilio.request_validator import RequestValidator
from werkzeug.datastructures import MultiDict

HEADER = "X-Twilio-Signature"
log = logging.getLogger(__name__)


class Signatures:
    """Checks requests against `token`, the account's auth token.

    `public_url` is what the carrier calls us by; `media_url` is the media socket's public address.
    """

    def __init__(self, token: str, public_url: str, media_url: str) -> None:
        self._validator = RequestValidator(token)
        self._base = public_url.rstrip("/")
        self._media = media_url.rstrip("/")

    def request_is_signed(self, path: str, query: str, form: MultiDict[str, str], signature: str | None) -> bool:
        """`path` as received, `query` raw and in its order, `form` with every value that came, empty ones too."""
        address = f"{self._base}{path}" + (f"?{query}" if query else "")
        return self._matches(address, form, signature)

    def socket_is_signed(self, below: str, signature: str | None) -> bool:
        """`below` is what follows the media socket's path: "" or "/listen"."""
        parts = urlsplit(self._media)
        address = urlunsplit((parts.scheme, parts.netloc, parts.path + below, "", ""))
        return self._matches(address, MultiDict(), signature) or self._matches(address + "/", MultiDict(), signature)

    def _matches(self, address: str, form: MultiDict[str, str], signature: str | None) -> bool:
        return bool(signature) and bool(self._validator.validate(address, form, signature))


def require_signature(blueprint: Blueprint, signatures: Signatures, but: str | None = None) -> None:
    """Answer 403 to every request of `blueprint` that the carrier has not signed, `but` for one endpoint."""

    @blueprint.before_request
    def check() -> None:
        if request.endpoint == but:
            return
        query = request.query_string.decode("ascii", "replace")
        form = request.form if request.method == "POST" else MultiDict()
        if not signatures.request_is_signed(request.path, query, form, request.headers.get(HEADER)):
            log.warning("refused an unsigned or forged request to %s", request.path)
            abort(403)
