"""Is it really the carrier? X-Twilio-Signature over the public address, whatever proxy stands before us."""

import logging
import re
from collections.abc import Mapping
from urllib.parse import urlsplit, urlunsplit

from flask import Blueprint, abort, request
from twilio.request_validator import RequestValidator
from werkzeug.datastructures import MultiDict

from ivr.logs import about_call

HEADER = "X-Twilio-Signature"
SCHEME_HEADER = "X-Twilio-Webhooks-Signature-Settings"  # "key=<id>,algorithm=HMAC_SHA256": signed with a shared key
SID = re.compile(r"[A-Za-z0-9]{1,34}")  # what becomes a row's key or a file's name
log = logging.getLogger(__name__)


class MissingSecretError(ValueError):
    """Without a secret anybody could sign: there is nothing to check requests against."""


class Signatures:
    """Checks requests against the account's auth token, or against a shared webhook key that the request names.

    `public_url` is what the carrier calls us by; `media_url` is the media socket's public address. With a `secondary`
    token, the carrier may change over to it without one refused call. Raises MissingSecretError.
    """

    def __init__(
        self, token: str, public_url: str, media_url: str, secondary: str = "", keys: Mapping[str, str] | None = None
    ) -> None:
        tokens = [given for given in (token, secondary) if given.strip()]
        if (not tokens and not keys) or not all(secret.strip() for secret in (keys or {}).values()):
            raise MissingSecretError("no auth token and no webhook key: requests cannot be told from forged ones")
        self._tokens = [RequestValidator(given) for given in tokens]
        self._keys = {name: RequestValidator(secret) for name, secret in (keys or {}).items()}
        self._base = public_url.rstrip("/")
        self._media = media_url.rstrip("/")

    def request_is_signed(
        self, path: str, query: str, form: MultiDict[str, str], signature: str | None, scheme: str | None = None
    ) -> bool:
        """`path` as received, `query` raw and in its order, `form` with every value that came, empty ones too.

        `signature` and `scheme` are the headers HEADER and SCHEME_HEADER."""
        address = f"{self._base}{path}" + (f"?{query}" if query else "")
        return self._matches(address, form, signature, scheme)

    def socket_is_signed(self, below: str, signature: str | None, scheme: str | None = None) -> bool:
        """`below` is what follows the media socket's path: "" or "/listen"."""
        parts = urlsplit(self._media)
        address = urlunsplit((parts.scheme, parts.netloc, parts.path + below, "", ""))
        return any(self._matches(address + slash, MultiDict(), signature, scheme) for slash in ("", "/"))

    def _matches(self, address: str, form: MultiDict[str, str], signature: str | None, scheme: str | None) -> bool:
        if not signature:
            return False
        if scheme is None:
            return any(validator.validate(address, form, signature) for validator in self._tokens)
        # what names a key is checked against that key alone
        named = dict(part.strip().partition("=")[::2] for part in scheme.split(","))
        validator = self._keys.get(named.get("key", ""))
        return validator is not None and bool(
            validator.validate(address, form, signature, named.get("algorithm", "HMAC_SHA1"))
        )


def require_signature(blueprint: Blueprint, signatures: Signatures, but: str | None = None) -> None:
    """Answer 403 to every request of `blueprint` that the carrier has not signed, `but` for one endpoint.

    400 for a signed one whose identifiers are none: they become keys of rows and names of files.
    """

    @blueprint.before_request
    def check() -> None:
        if request.endpoint == but:
            return
        query = request.query_string.decode("ascii", "replace")
        form = request.form if request.method == "POST" else MultiDict()
        signature, scheme = request.headers.get(HEADER), request.headers.get(SCHEME_HEADER)
        if not signatures.request_is_signed(request.path, query, form, signature, scheme):
            log.warning("refused an unsigned or forged request to %s", request.endpoint)
            abort(403)
        for values in (request.args, request.form):
            for name, value in values.items(multi=True):
                if name.endswith("Sid") and value and not SID.fullmatch(value):
                    abort(400, f"{name} is no identifier of the carrier's")
        about_call(request.values.get("CallSid"))

    @blueprint.teardown_request
    def forget(_error: BaseException | None) -> None:
        about_call(None)  # the thread serves another request next
