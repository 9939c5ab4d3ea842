"""A card taken on a live call over REST: the caller stays where he is, and the fork of his sound is stopped for it."""

from typing import Any

from twilio.rest import Client

from ivr.carrier.twilio.requests import ask_twice, once_unless_over, unless_over
from twiml.calls import card_terms
from twiml.handoffs import LISTENING


class CardRequests:
    """The part of the carrier that cards need. All methods raise CarrierError."""

    _client: Client

    def stop_listening(self, call_sid: str) -> None:
        """The fork of the call's sound ends; no error if there is none."""
        unless_over(lambda: self._client.calls(call_sid).streams(LISTENING).update(status="stopped"))

    def start_listening(self, call_sid: str, url: str, parameters: dict[str, str]) -> bool:
        """Fork both sides of a live call to the socket at `url`; False if the call is over."""
        pairs = {
            f"parameter{number}_{part}": text
            for number, pair in enumerate(parameters.items(), 1)
            for part, text in zip(("name", "value"), pair, strict=True)
        }
        create = self._client.calls(call_sid).streams.create
        return once_unless_over(lambda: create(url=url, name=LISTENING, track="both_tracks", **pairs))

    def begin_card(self, call_sid: str, key: str, amount: int, currency: str, connector: str, status_url: str) -> str:
        """Open a payment session for `amount` minor units, once for `key`; its sid."""
        return str(
            ask_twice(
                lambda: self._client.calls(call_sid).payments.create(
                    idempotency_key=key,
                    status_callback=status_url,
                    **card_terms(amount, currency, connector),
                )
            ).sid
        )

    def capture_card(self, call_sid: str, session: str, key: str, field: str, status_url: str) -> None:
        """Take what the caller keys from now on as `field`."""
        entry = self._client.calls(call_sid).payments(session)
        ask_twice(lambda: entry.update(idempotency_key=key, status_callback=status_url, capture=field))

    def finish_card(self, call_sid: str, session: str, key: str, status: str, status_url: str) -> None:
        """`complete` charges the card, `cancel` forgets it; cancelling what is over is no error."""
        entry = self._client.calls(call_sid).payments(session)

        def finish() -> Any:
            return entry.update(idempotency_key=key, status_callback=status_url, status=status)

        if status == "cancel":
            unless_over(finish, status=400)
        else:
            ask_twice(finish)
