"""Twilio over REST: the carrier's port, served by Twilio or by whatever speaks its API."""

import time
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from ivr.carrier.port import CarrierCall, CarrierError, CarrierRecording
from ivr.carrier.twilio.account import TwilioAccount
from ivr.carrier.twilio.callbacks import RECORD_VERB
from ivr.carrier.twilio.requests import (
    ANSWER_SECONDS,
    BaseUrlHttpClient,
    ask,
    ask_twice,
    listed,
    once_unless_over,
    unless_missing,
    unless_over,
)
from ivr.dialling.policy import DialPolicy
from twiml.calls import card_terms
from twiml.handoffs import LISTENING

if TYPE_CHECKING:
    import httpx


PAGE = 200  # recordings in one answer
RUNNING = ("in-progress", "paused")  # states of a recording
CURRENT = "Twilio.CURRENT"  # the call's one active recording
STATUS_EVENTS = ["initiated", "ringing", "answered", "completed"]


class TwilioCarrier:
    """Twilio, or whatever speaks its REST API. With a `policy` nothing else is called or texted: CarrierError, and
    nothing is done.
    """

    def __init__(
        self,
        account: TwilioAccount,
        *,
        policy: DialPolicy | None = None,
        http: TwilioHttpClient | None = None,
        media: "httpx.Client | None" = None,
        timeout: float = ANSWER_SECONDS,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._policy, self._texts_url = policy, account.texts_url
        self._number, self._base, self._sleep = account.number, account.base_url.rstrip("/"), sleep
        http = http or BaseUrlHttpClient(self._base, timeout)
        self._login = account.login or (account.sid, account.token)
        self._client = Client(*self._login, account_sid=account.sid, http_client=http)
        self._given_media, self._account = media, account.sid

    # --- calls ---

    def ring(self, to: str, from_: str, url: str, status_url: str, timeout: int, fallback_url: str) -> str:
        self._permit(to)
        return str(
            ask(
                lambda: self._client.calls.create(
                    to=to, from_=from_, url=url, method="POST", fallback_url=fallback_url, fallback_method="POST",
                    status_callback=status_url, status_callback_method="POST", status_callback_event=STATUS_EVENTS,
                    timeout=timeout,
                )
            ).sid
        )  # fmt: skip

    def move(self, call_sid: str, url: str) -> bool:
        return once_unless_over(lambda: self._client.calls(call_sid).update(url=url, method="POST"))

    def end(self, call_sid: str) -> None:
        unless_over(lambda: self._client.calls(call_sid).update(status="completed"))

    def status(self, call_sid: str) -> str | None:
        found: list[str] = []
        known = unless_over(lambda: found.append(str(self._client.calls(call_sid).fetch().status)))
        return found[0] if known else None

    def find_call(self, call_sid: str) -> CarrierCall | None:
        """The call; None when the carrier does not know it."""
        found: list[Any] = []
        if not unless_missing(lambda: found.append(self._client.calls(call_sid).fetch())):
            return None
        return CarrierCall(call_sid, str(found[0].status), str(found[0]._from or ""), str(found[0].to or ""))

    def app_voice_url(self, app: str) -> str | None:
        """Where the TwiML app sends what its browsers call; None when the account has no such app."""
        found: list[Any] = []
        if not unless_missing(lambda: found.append(self._client.applications(app).fetch())):
            return None
        return str(found[0].voice_url or "")

    # --- conferences ---

    def end_conference(self, conference_sid: str) -> None:
        # while a participant is still dialled, or just after the last has left, ending is refused with 400
        unless_over(lambda: self._client.conferences(conference_sid).update(status="completed"), status=400)

    def add_participant(
        self, conference_sid: str, to: str, label: str, *, muted: bool, coach: str | None, status_url: str, timeout: int
    ) -> str:
        coaching = {"coaching": True, "call_sid_to_coach": coach} if coach else {}
        self._permit(to)
        return str(
            ask(
                lambda: self._client.conferences(conference_sid).participants.create(
                    from_=self._number, to=to, label=label, muted=muted, beep="false", early_media=False,
                    start_conference_on_enter=False, end_conference_on_exit=False, timeout=timeout,
                    status_callback=status_url, status_callback_method="POST", status_callback_event=STATUS_EVENTS,
                    **coaching,
                )
            ).call_sid
        )  # fmt: skip

    def change_participant(
        self,
        conference_sid: str,
        call_sid: str,
        *,
        muted: bool | None = None,
        hold: bool | None = None,
        coach: str | None = None,
    ) -> bool:
        changes: dict[str, Any] = {} if muted is None else {"muted": muted}
        if hold is not None:
            changes["hold"] = hold
        if coach is not None:
            changes |= {"coaching": True, "call_sid_to_coach": coach} if coach else {"coaching": False}
        return unless_over(lambda: self._client.conferences(conference_sid).participants(call_sid).update(**changes))

    # --- recordings ---

    @cached_property
    def _media(self) -> "httpx.Client":
        import httpx  # slow to load, and only recordings need it

        return self._given_media or httpx.Client(auth=self._login, timeout=60.0, follow_redirects=True)

    def fetch_recording(self, url: str, tries: int = 5) -> bytes:
        import httpx

        address = self._media_address(url)
        for attempt in range(1, tries + 1):
            try:
                answer = self._media.get(address)
            except httpx.HTTPError as error:
                raise CarrierError(f"the recording cannot be fetched: {error}", again=True) from error
            if answer.status_code == 200:
                return answer.content
            if answer.status_code != 404 or attempt == tries:
                raise CarrierError(f"the recording cannot be fetched: HTTP {answer.status_code}", again=True)
            self._sleep(0.5 * attempt)  # the file may come a little after its announcement
        raise AssertionError("tries must be at least 1")

    def delete_recording(self, recording_sid: str) -> None:
        unless_over(lambda: self._client.recordings(recording_sid).delete())

    def find_recording(self, recording_sid: str) -> CarrierRecording | None:
        """The recording; None when it is not there, or no more."""
        found: list[Any] = []
        if not unless_missing(lambda: found.append(self._client.recordings(recording_sid).fetch())):
            return None
        return _recording(found[0])

    def recordings(self, after: datetime, before: datetime, limit: int) -> Iterator[CarrierRecording]:
        """Every recording of the account that was made in that time and is still there, newest first."""
        found = ask(
            lambda: listed(
                lambda: self._client.recordings.list(
                    date_created_after=after, date_created_before=before, limit=limit, page_size=min(PAGE, limit)
                )
            )
        )
        return (_recording(row) for row in found)

    def pause_recording(self, call_sid: str) -> None:
        current = self._client.calls(call_sid).recordings(CURRENT)
        paused: list[str] = []
        # what is not recorded need not be paused; anything else but a clear "paused" is no leave to take a card
        known = unless_missing(
            lambda: paused.append(str(current.update(status="paused", pause_behavior="silence").status))
        )
        if known and paused != ["paused"]:
            raise CarrierError("the carrier did not pause the recording", again=True)

    def resume_recording(self, call_sid: str) -> None:
        unless_over(lambda: self._client.calls(call_sid).recordings(CURRENT).update(status="in-progress"))

    def stop_recording(self, call_sid: str) -> None:
        """Each recording of the call that runs beside it, by its sid: `CURRENT` is refused where there are two. What
        a caller is just asked to say is recorded by a document, and needed."""
        found: list[Any] = []
        running = self._client.calls(call_sid).recordings
        unless_missing(lambda: found.extend(listed(lambda: running.list(limit=PAGE))))
        for one in found:
            if one.status in RUNNING and one.source != RECORD_VERB:
                self._stop(call_sid, str(one.sid))

    def _stop(self, call_sid: str, recording_sid: str) -> None:
        unless_over(lambda: self._client.calls(call_sid).recordings(recording_sid).update(status="stopped"))

    # --- what it remembers ---

    def forget_call(self, call_sid: str) -> None:
        unless_over(lambda: self._client.calls(call_sid).delete())

    def forget_text(self, message_sid: str) -> None:
        unless_over(lambda: self._client.messages(message_sid).delete())

    def knows(self, sid: str) -> bool:
        """Whether it still has a record of this call, text or recording."""
        kinds = {"CA": self._client.calls, "SM": self._client.messages, "RE": self._client.recordings}
        return unless_missing(lambda: kinds[sid[:2]](sid).fetch())

    # --- cards ---

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

    # --- texts and the account ---

    def send_text(self, to: str, body: str, dial: int | None = None) -> str:
        self._permit(to)
        told = {"status_callback": f"{self._texts_url}/{dial}"} if dial is not None and self._texts_url else {}
        return str(ask(lambda: self._client.messages.create(to=to, from_=self._number, body=body, **told)).sid)

    def check(self) -> str:
        return str(ask(lambda: self._client.api.v2010.accounts(self._account).fetch()).friendly_name)

    def _permit(self, to: str) -> None:
        if self._policy is not None and (why := self._policy.refuses(to)) is not None:
            raise CarrierError(f"the line's own policy refuses to call or text this: {why}", again=False)

    def _media_address(self, url: str) -> str:
        """The WAV at the carrier we talk to: the credentials go nowhere else, whatever a callback may name."""
        parts = urlsplit(url)
        path = parts.path if parts.path.endswith(".wav") else parts.path + ".wav"
        return (self._base or "https://api.twilio.com") + path


def _recording(row: Any) -> CarrierRecording:
    seconds = None if row.duration in (None, "-1") else float(row.duration)
    channels = None if row.channels is None else int(row.channels)
    path = str(row.uri or "").removesuffix(".json")
    return CarrierRecording(
        str(row.sid), str(row.call_sid), str(row.status), str(row.source) == RECORD_VERB, path, row.start_time,
        seconds, channels,
    )  # fmt: skip
