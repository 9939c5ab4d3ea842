"""One request to Twilio: where it goes, and what its failures mean to us."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response

from ivr.carrier.port import CarrierError

ALREADY_OVER = (21220, 20404)
# One request takes no longer than both together: a caller whose agent has left hears nothing until it is answered.
CONNECT_SECONDS, ANSWER_SECONDS = 1.0, 2.0
NUMBER = re.compile(r"\+?\d[\d\s().-]{5,}\d")


class BaseUrlHttpClient(TwilioHttpClient):  # type: ignore[misc]
    """Sends the client's requests to `base`, where there is one, path and query unchanged, and never waits for long."""

    def __init__(self, base: str, timeout: float) -> None:
        super().__init__(timeout=timeout)
        self._base = base
        self.timeout = (min(CONNECT_SECONDS, timeout), timeout)

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Response:
        if not self._base:
            return super().request(method, url, *args, **kwargs)
        parts = urlsplit(url)
        return super().request(
            method, f"{self._base}{parts.path}{f'?{parts.query}' if parts.query else ''}", *args, **kwargs
        )


def ask(request: Callable[[], Any]) -> Any:
    """What may be done once alone."""
    try:
        return request()
    except TwilioRestException as error:
        raise CarrierError(_refusal(error), _safe(error), doubtful=error.status >= 500) from error
    except (TwilioException, OSError) as error:
        raise _silent(error, again=False) from error


def ask_twice(request: Callable[[], Any]) -> Any:
    """What does no harm when it is done twice, as its idempotency key sees to: asked again when no answer comes."""
    try:
        return ask(request)
    except CarrierError as error:
        if not error.doubtful:
            raise
    return ask(request)


def listed(rows: Callable[[], list[Any]]) -> list[Any]:
    """All rows of a list. The client does not say as with anything else that a page of one was refused: here it does,
    for whoever calls this within a request."""
    try:
        return rows()
    except TwilioRestException:
        raise
    except TwilioException as error:
        words, *answers = error.args
        for answer in answers:
            raise TwilioRestException(answer.status_code, "", words) from error
        raise


def _silent(error: Exception, again: bool) -> CarrierError:
    return CarrierError(f"the carrier does not answer: {type(error).__name__}", again, doubtful=True)


def _refusal(error: TwilioRestException) -> str:
    """The carrier's own words without the numbers in them: refusals are logged, and callers' numbers never are."""
    return f"the carrier refused: {error.code or error.status} {NUMBER.sub('(number)', str(error.msg))}"


def _safe(error: TwilioRestException) -> bool:
    """Only these say that nothing was done and that it may work later."""
    return bool(error.status == 429 or error.code == 20429)


def unless_missing(request: Callable[[], Any]) -> bool:
    return unless_over(request, over=())


def unless_over(request: Callable[[], Any], over: tuple[int, ...] = ALREADY_OVER, status: int = 404) -> bool:
    """Repeatable: asked again when no answer comes. False when it is over already."""
    try:
        return once_unless_over(request, over, status)
    except CarrierError as error:
        if not error.doubtful:
            raise
    return once_unless_over(request, over, status)


def once_unless_over(request: Callable[[], Any], over: tuple[int, ...] = ALREADY_OVER, status: int = 404) -> bool:
    """What would disturb when it is done twice, so that whoever asks looks first whether it still is wanted."""
    try:
        request()
    except TwilioRestException as error:
        if error.code in over or error.status in (404, status):
            return False
        raise CarrierError(_refusal(error), again=True, doubtful=error.status >= 500) from error
    except (TwilioException, OSError) as error:
        raise _silent(error, again=True) from error
    return True
