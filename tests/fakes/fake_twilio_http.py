"""The way to Twilio's REST: it keeps each request and gives the answer it was told to."""

import json
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response

ACCOUNT = "AC" + "a" * 32


CALL, CONFERENCE, RECORDING = "CA" + "b" * 32, "CF" + "c" * 32, "RE" + "d" * 32


class FakeTwilioHttp(TwilioHttpClient):  # type: ignore[misc]
    """Keeps each request as it would go out and gives the answer it was told to."""

    def __init__(self, status: int = 200, body: dict[str, Any] | None = None, error: Exception | None = None) -> None:
        super().__init__()
        self.sent: list[tuple[str, str, dict[str, list[str]]]] = []
        self._answer, self._error = Response(status, json.dumps(body or {"sid": CALL, "status": "ringing"})), error

    def request(self, method: str, url: str, params: Any = None, data: Any = None, **_: Any) -> Response:
        if self._error is not None:
            raise self._error
        self.sent.append((method.lower(), urlsplit(url).path, parse_qs(urlencode(data or {}, doseq=True))))
        return self._answer
