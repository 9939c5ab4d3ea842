"""A payment session on a leg that stays where it is: one field at a time is captured from its keys, and not heard."""

import asyncio
from dataclasses import dataclass
from secrets import randbelow

from switch import card
from switch.leg import FINAL, Leg
from switch.sids import new_sid, now


@dataclass(frozen=True)
class PaymentOptions:
    """What the session was created with; `timeout` runs between two keys, in seconds."""

    charges: bool
    fields: tuple[str, ...]
    kinds: frozenset[str]
    timeout: float
    shortest: int = 0


class PaymentSession:
    """Status: open, completed, cancelled. Callbacks go to the address of the last request; card data is masked."""

    def __init__(self, leg: Leg, options: PaymentOptions, callback: str) -> None:
        self.sid = new_sid("PK")
        self.leg = leg
        self.status = "open"
        self.created = now()
        self.callback = callback
        self._options = options
        self._keyed: dict[str, str] = {}
        self._capturing: asyncio.Task[None] | None = None
        leg.on_end.append(self._hung_up)

    @property
    def required(self) -> list[str]:
        """The fields that are still to be captured."""
        return [field for field in self._options.fields if field not in self._keyed]

    def capture(self, field: str) -> None:
        """Take the keys that are pressed from now on as `field`; what was captured of it before is void."""
        self._stop_capture()
        self._keyed.pop(field, None)
        self._capturing = self.leg.exchange.spawn(self._capture(field))

    def complete(self) -> None:
        """Charge, or keep as a token; the callback tells the result."""
        self._end("completed")
        self._report(self._charge())

    def cancel(self) -> None:
        self._end("cancelled")

    async def _capture(self, field: str) -> None:
        pressed: asyncio.Queue[str] = asyncio.Queue()
        self.leg.on_dtmf.append(pressed.put_nowait)
        try:
            keys = await self._keys(field, pressed)
        finally:
            self.leg.on_dtmf.remove(pressed.put_nowait)
        number = self._keyed.get(card.NUMBER, "")
        error = card.error_of(field, keys, number, self._options.kinds, now().date(), self._options.shortest)
        if not error:
            self._keyed[field] = keys
        self._report({"Capture": field} | ({"ErrorType": error} if error else {}))

    async def _keys(self, field: str, pressed: asyncio.Queue[str]) -> str:
        keys, key = "", await pressed.get()
        while key != "#":
            keys += key
            self._report({"Capture": field, "PartialResult": "true", card.FIELDS[field].param: "x" * len(keys)})
            if len(keys) == card.length(field, keys if field == card.NUMBER else self._keyed.get(card.NUMBER, "")):
                break
            try:
                key = await asyncio.wait_for(pressed.get(), self._options.timeout)
            except TimeoutError:
                break
        return keys

    def _charge(self) -> dict[str, str]:
        if self._keyed[card.NUMBER] == card.DECLINED:
            refused = {"PaymentError": "The card was declined.", "ConnectorError": "card_declined"}
            return {"Result": "payment-connector-error", **refused}
        name = "PaymentConfirmationCode" if self._options.charges else "PaymentToken"
        return {"Result": "success", name: f"{randbelow(10**8):08d}"}

    def _hung_up(self) -> None:
        if self.status == "open":
            self._end("cancelled")
            self._report({"Result": "caller-hung-up"})

    def _end(self, status: str) -> None:
        self.status = status
        self._stop_capture()
        if self.leg.status not in FINAL:
            self.leg.on_end.remove(self._hung_up)

    def _stop_capture(self) -> None:
        if self._capturing is not None:
            self._capturing.cancel()
            self._capturing = None

    def _report(self, news: dict[str, str]) -> None:
        exchange = self.leg.exchange
        shown = {"Sid": self.sid, "Required": ",".join(self.required), **card.masked(self._keyed), **news}
        exchange.spawn(exchange.webhooks.notify(self.callback, "POST", self.leg.params() | shown))
