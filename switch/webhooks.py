"""Requests to the customer's server: signed, timed, retried and redirected as the carrier does it."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urldefrag, urlencode, urljoin, urlsplit, urlunsplit
from uuid import uuid4

import httpx

from switch.config import SwitchConfig
from switch.document import MAX_BYTES, DocumentError
from switch.faults import Faults
from switch.signature import signature
from switch.trace import Trace

AGENT = "TwilioProxy/1.1"
MAX_REDIRECTS = 10
CONNECT_SECONDS = 5.0


@dataclass(frozen=True)
class Request:
    """Where to go next: an absolute address, a method and what is sent beside the standard parameters."""

    url: str
    method: str = "POST"
    params: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class WebhookResponse:
    url: str
    content_type: str
    body: bytes


def with_query(url: str, params: Mapping[str, str]) -> str:
    """The address of a GET that carries the parameters."""
    parts = urlsplit(url)
    query = "&".join(piece for piece in (parts.query, urlencode(dict(params))) if piece)
    return urlunsplit(parts._replace(query=query))


class Webhooks:
    """Sends webhooks. `cookies` are kept by the caller, one jar a call."""

    def __init__(self, config: SwitchConfig, trace: Trace, faults: Faults) -> None:
        self._config, self._trace, self._faults = config, trace, faults
        timeout = httpx.Timeout(config.webhook_timeout, connect=min(CONNECT_SECONDS, config.webhook_timeout))
        self._client = httpx.AsyncClient(timeout=timeout, trust_env=False)
        self._media: dict[str, httpx.Response] = {}

    async def close(self) -> None:
        await self._client.aclose()

    async def fetch(
        self, request: Request, params: Mapping[str, str], cookies: httpx.Cookies | None = None
    ) -> WebhookResponse:
        """The answer to one webhook. Raises DocumentError with the code of what went wrong."""
        if urlsplit(request.url).scheme not in ("http", "https"):
            raise DocumentError(11100, f"{request.url!r} is not an absolute address")
        try:
            async with asyncio.timeout(self._config.webhook_timeout):
                response = await self._follow(request, {**params, **request.params}, cookies)
        except (TimeoutError, httpx.TimeoutException) as error:
            raise DocumentError(11205, f"no answer in time from {request.url}") from error
        except httpx.HTTPError as error:
            raise DocumentError(11205, f"cannot reach {request.url}: {error}") from error
        if not response.is_success:
            raise DocumentError(11200, f"{request.url} answered {response.status_code}")
        return WebhookResponse(str(response.url), response.headers.get("content-type", ""), response.content)

    async def notify(self, url: str, method: str, params: Mapping[str, str]) -> None:
        """A callback: sent once, its answer is ignored, its failure only noted."""
        for _ in range({"kept": 1, "lost": 0, "twice": 2}[self._faults.callbacks]):
            try:
                await self.fetch(Request(url, method), params)
            except DocumentError as error:
                self._trace.problem(error.code, str(error), url=url)

    async def media(self, url: str) -> tuple[str, bytes]:
        """Content type and bytes of a sound; asked for again only when it has changed."""
        kept = self._media.get(url)
        headers = {"If-None-Match": kept.headers["etag"]} if kept and "etag" in kept.headers else {}
        try:
            response = await self._client.get(
                urldefrag(url).url, headers={"User-Agent": AGENT, **headers}, follow_redirects=True
            )
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise DocumentError(11200, f"cannot fetch {url}: {error}") from error
        if response.status_code == 304 and kept is not None:
            response = kept
        if not response.is_success:
            raise DocumentError(11200, f"{url} answered {response.status_code}")
        self._media[url] = response
        return response.headers.get("content-type", "").partition(";")[0].strip().lower(), response.content

    async def _follow(self, request: Request, params: Mapping[str, str], jar: httpx.Cookies | None) -> httpx.Response:
        url, method = request.url, request.method.upper()
        for _ in range(MAX_REDIRECTS + 1):
            response = await self._send(url, method, params, jar)
            if not response.has_redirect_location:
                return response
            url = urljoin(url, response.headers["location"])
            if response.status_code in (301, 302, 303):
                method, params = "GET", {}
        raise DocumentError(11215, f"more than {MAX_REDIRECTS} redirects from {request.url}")

    async def _send(
        self, url: str, method: str, params: Mapping[str, str], cookies: httpx.Cookies | None
    ) -> httpx.Response:
        try:
            return await self._once(url, method, params, cookies)
        except (httpx.ConnectError, httpx.ConnectTimeout):
            return await self._once(url, method, params, cookies)

    async def _once(
        self, url: str, method: str, params: Mapping[str, str], cookies: httpx.Cookies | None
    ) -> httpx.Response:
        url = urldefrag(url).url
        if method == "GET" and params:
            url, params = with_query(url, params), {}
        request = self._client.build_request(
            method, url, headers=self._headers(url, params), content=urlencode(params) if method == "POST" else None
        )
        if cookies is not None:
            cookies.set_cookie_header(request)
        response = await self._client.send(request)
        self._client.cookies.clear()
        if cookies is not None:
            cookies.extract_cookies(response)
        self._trace.add("webhook", url=url, method=method, params=dict(params), status=response.status_code)
        if len(response.content) > MAX_BYTES and "audio" not in response.headers.get("content-type", ""):
            raise DocumentError(11750, f"{url} answered {len(response.content)} bytes; at most {MAX_BYTES} are read")
        return response

    def _headers(self, url: str, params: Mapping[str, str]) -> dict[str, str]:
        return {
            "User-Agent": AGENT,
            "Accept": "*/*",
            "Accept-Encoding": "gzip",
            "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
            "X-Home-Region": "us1",
            "I-Twilio-Idempotency-Token": str(uuid4()),
            "X-Twilio-Signature": signature(self._config.auth_token, url, params),
        }
