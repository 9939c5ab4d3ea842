"""Faults of the carrier: REST answers that get lost or come late, refused requests, callbacks lost or brought twice."""

import asyncio
from dataclasses import dataclass
from typing import Literal

from starlette.responses import Response
from starlette.types import Receive, Scope, Send


@dataclass
class _Fault:
    method: str
    path: str
    times: int
    late: float | None


class Faults:
    """`path` is a route below the account with its placeholders, such as "/Calls/{call}.json"; "" stands for every one.

    `callbacks`: what becomes of the callbacks that nobody's document waits for. `refusing`: the HTTP status with which
    every REST request is refused, undone; None: none is."""

    def __init__(self) -> None:
        self._faults: list[_Fault] = []
        self.callbacks: Literal["kept", "lost", "twice"] = "kept"
        self.refusing: int | None = None

    def clear(self) -> None:
        """No faults from now on."""
        self._faults.clear()
        self.callbacks, self.refusing = "kept", None

    def lose(self, method: str, path: str, times: int = 1) -> None:
        """The next `times` requests are done, and their connections break before an answer."""
        self._faults.append(_Fault(method, path, times, None))

    def delay(self, method: str, path: str, seconds: float, times: int = 1) -> None:
        """The next `times` requests are done, and answered `seconds` later."""
        self._faults.append(_Fault(method, path, times, seconds))

    async def disturb(self, method: str, path: str, response: Response) -> Response:
        """What becomes of the answer to a request that was done."""
        fault = next((f for f in self._faults if f.method == method and f.path in (path, "") and f.times), None)
        if fault is None:
            return response
        fault.times -= 1
        if fault.late is None:
            return _Lost()
        await asyncio.sleep(fault.late)
        return response

    @property
    def pending(self) -> int:
        """How many answers are still to be lost or late."""
        return sum(fault.times for fault in self._faults)


class _Lost(Response):
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Begin an answer and break off: the server closes the connection."""
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1")]})
