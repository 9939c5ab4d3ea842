"""One request to Twilio: where it goes, and what its failures mean to us."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response

ALREADY_OVER = (21220, 20404)
NUMBER = re.compile(r"\+?\d[\d\s().-]{5,}\d")


class CarrierError(RuntimeError):
    """The carrier refused or could not be reached. `again`: nothing was done, and trying again may help."""

    def __init__(self, message: str, again: bool) -> None:
        super().__init__(message)
        self.again = again


class BaseUrlHttpClient(TwilioHttpClient):  # type: ignore[misc]
    """Sends the client's requests to another address, path and query unchanged."""

    def __init__(self, base: str, timeout: float) -> None:
        super().__init__(timeout=timeout)
        self._base = base

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Response:
        parts = urlsplit(url)
        return super().request(
            method, f"{self._base}{parts.path}{f'?{parts.query}' if parts.query else ''}", *args, **kwargs
        )


def ask(request: Callable[[], Any]) -> Any:
    try:
        return request()
    except TwilioRestException as error:
        raise CarrierError(_refusal(error), _safe(error)) from error
    except (TwilioException, OSError) as error:
        raise CarrierError(f"the carrier does not answer: {type(error).__name__}", again=False) from error


def _refusal(error: TwilioRestException) -> str:
    """The carrier's own words without the numbers in them: refusals are logged, and callers' numbers never are."""
    return f"the carrier refused: {error.code or error.status} {NUMBER.sub('(number)', str(error.msg))}"


def _safe(error: TwilioRestException) -> bool:
    """Only these say that nothing was done and that it may work later."""
    return bool(error.status == 429 or error.code == 20429)


def unless_missing(request: Callable[[], Any]) -> bool:
    return unless_over(request, over=())


def unless_over(request: Callable[[], Any], over: tuple[int, ...] = ALREADY_OVER, status: int = 404) -> bool:
    try:
        request()
    except TwilioRestException as error:
        if error.code in over or error.status in (404, status):
            return False
        raise CarrierError(_refusal(error), again=True) from error
    except (TwilioException, OSError) as error:
        raise CarrierError(f"the carrier does not answer: {type(error).__name__}", again=True) from error
    return True
