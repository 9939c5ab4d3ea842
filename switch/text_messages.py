"""Text messages: taken, kept, brought to whoever is on the phone, and reported. Nothing leaves this machine."""

from dataclasses import dataclass, field
from datetime import datetime

from switch.exchange import Exchange
from switch.sids import new_sid, now


@dataclass
class Message:
    """One message from the account's number."""

    from_: str
    to: str
    body: str
    callback: str = ""
    status: str = "queued"
    sid: str = field(default_factory=lambda: new_sid("SM"))
    created: datetime = field(default_factory=now)


async def deliver(exchange: Exchange, message: Message) -> None:
    """Sent, delivered; each with its callback. Whoever is in a call with that number reads it on their phone."""
    for status in ("sent", "delivered"):
        message.status = status
        exchange.trace.add("message", message=message.sid, status=status)
        if message.callback:
            await exchange.webhooks.notify(message.callback, "POST", _params(exchange, message))
    for leg in tuple(exchange.live.values()):
        if leg.phone is not None and message.to == leg.phone_address:
            leg.phone.text(message.body)


def _params(exchange: Exchange, message: Message) -> dict[str, str]:
    return {
        "MessageSid": message.sid,
        "SmsSid": message.sid,
        "MessageStatus": message.status,
        "SmsStatus": message.status,
        "To": message.to,
        "From": message.from_,
        "AccountSid": exchange.config.account_sid,
        "ApiVersion": "2010-04-01",
    }
