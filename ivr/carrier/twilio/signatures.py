"""Twilio's signatures: X-Twilio-Signature over the public address, by the account's token or a shared webhook key."""

from collections.abc import Mapping
from urllib.parse import urlsplit, urlunsplit

from twilio.request_validator import RequestValidator
from werkzeug.datastructures import MultiDict

from ivr.carrier.signatures import Headers, MissingSecretError

HEADER = "X-Twilio-Signature"
SCHEME_HEADER = "X-Twilio-Webhooks-Signature-Settings"  # "key=<id>,algorithm=HMAC_SHA256": signed with a shared key


class TwilioSignatures:
    """Checks requests against the account's auth token, or against a shared webhook key that the request names.

    `public_url` is what Twilio calls us by; `media_url` is the media socket's public address. With a `secondary`
    token, Twilio may change over to it without one refused call. Raises MissingSecretError.
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

    def request_is_signed(self, path: str, query: str, form: MultiDict[str, str], headers: Headers) -> bool:
        """`path` as received, `query` raw and in its order, `form` with every value that came, empty ones too."""
        return self._matches(f"{self._base}{path}" + (f"?{query}" if query else ""), form, headers)

    def socket_is_signed(self, below: str, headers: Headers) -> bool:
        """`below` is what follows the media socket's path: "" or "/listen"."""
        parts = urlsplit(self._media)
        address = urlunsplit((parts.scheme, parts.netloc, parts.path + below, "", ""))
        return any(self._matches(address + slash, MultiDict(), headers) for slash in ("", "/"))

    def _matches(self, address: str, form: MultiDict[str, str], headers: Headers) -> bool:
        signature, scheme = headers.get(HEADER), headers.get(SCHEME_HEADER)
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
