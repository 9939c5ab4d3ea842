"""What the carrier knows of calls and recordings, asked by REST: for whoever has heard nothing of them."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from twilio.rest import Client

from ivr.carrier.port import CarrierCall, CarrierRecording
from ivr.carrier.twilio.callbacks import RECORD_VERB
from ivr.carrier.twilio.requests import ask, unless_missing

PAGE = 200


class Looking:
    """The part of the carrier that a sweep needs. All methods raise CarrierError."""

    _client: Client

    def find_call(self, call_sid: str) -> CarrierCall | None:
        """The call; None when the carrier does not know it."""
        found: list[Any] = []
        if not unless_missing(lambda: found.append(self._client.calls(call_sid).fetch())):
            return None
        return CarrierCall(call_sid, str(found[0].status), str(found[0]._from or ""), str(found[0].to or ""))

    def find_recording(self, recording_sid: str) -> CarrierRecording | None:
        """The recording; None when it is not there, or no more."""
        found: list[Any] = []
        if not unless_missing(lambda: found.append(self._client.recordings(recording_sid).fetch())):
            return None
        return _recording(found[0])

    def recordings(self, after: datetime, before: datetime, limit: int) -> Iterator[CarrierRecording]:
        """Every recording of the account that was made in that time and is still there, newest first."""
        asked = self._client.recordings
        found = ask(
            lambda: asked.list(
                date_created_after=after, date_created_before=before, limit=limit, page_size=min(PAGE, limit)
            )
        )
        return (_recording(row) for row in found)


def _recording(row: Any) -> CarrierRecording:
    seconds = None if row.duration in (None, "-1") else float(row.duration)
    channels = None if row.channels is None else int(row.channels)
    path = str(row.uri or "").removesuffix(".json")
    return CarrierRecording(
        str(row.sid), str(row.call_sid), str(row.status), str(row.source) == RECORD_VERB, path, row.start_time,
        seconds, channels,
    )  # fmt: skip
