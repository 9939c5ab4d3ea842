"""X-Twilio-Signature, computed independently of the library that the application checks it with."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import urlsplit, urlunsplit


def signed_url(url: str) -> str:
    """The address that is signed: without fragment and without user and password."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, parts.query, ""))


def signature(auth_token: str, url: str, params: Mapping[str, str] | None = None) -> str:
    """Base64 of HMAC-SHA1 over the address and the form's names and values in the order of the names."""
    form = "".join(name + value for name, value in sorted((params or {}).items()))
    digest = hmac.new(auth_token.encode(), (signed_url(url) + form).encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()
