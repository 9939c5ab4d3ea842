"""The carrier's own client, pointed at the switch."""

from typing import Any
from urllib.parse import urlsplit

from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from tests.harness.switch_world import ACCOUNT, TOKEN, World


class LocalHttpClient(TwilioHttpClient):  # type: ignore[misc]
    def __init__(self, base: str) -> None:
        super().__init__(timeout=5)
        self.base = base

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        parts = urlsplit(url)
        return super().request(
            method, self.base + parts.path + (f"?{parts.query}" if parts.query else ""), *args, **kwargs
        )


def client(w: World, token: str = TOKEN) -> Client:
    return Client(ACCOUNT, token, http_client=LocalHttpClient(w.switch.url))
