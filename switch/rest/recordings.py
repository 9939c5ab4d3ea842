"""Recordings: start, pause, stop, read, fetch, delete."""

import io
import wave
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import numpy as np
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from switch.media.recording import Recording, RecordingOptions, begin_recording
from switch.rest.resource import Form, Resource, RestError, form_of, listing, not_found
from switch.sids import rfc2822

_MARK = "Twilio.CURRENT"


def options_of(form: Form, source: str = "StartCallRecordingAPI") -> RecordingOptions:
    return RecordingOptions(
        channels=2 if form.get("RecordingChannels") == "dual" else 1,
        track=form.get("RecordingTrack", "both"),
        source=source,
        trim=form.get("Trim") == "trim-silence",
        callback=form.get("RecordingStatusCallback"),
        method=form.get("RecordingStatusCallbackMethod", "POST"),
        events=form.words("RecordingStatusCallbackEvent", "completed"),
    )


def view(recording: Recording) -> dict[str, Any]:
    """A recording as JSON."""
    exchange = recording.leg.exchange
    finished = recording.status in ("completed", "absent")
    return {
        "sid": recording.sid,
        "account_sid": exchange.config.account_sid,
        "api_version": "2010-04-01",
        "call_sid": recording.leg.sid,
        "conference_sid": None,
        "channels": recording.options.channels,
        "date_created": rfc2822(recording.started),
        "date_updated": rfc2822(recording.updated),
        "start_time": rfc2822(recording.started),
        "duration": str(recording.duration) if finished else None,
        "encryption_details": None,
        "error_code": None,
        "media_url": recording.url,
        "price": None,
        "price_unit": "USD",
        "source": recording.options.source,
        "status": recording.status,
        "uri": f"{exchange.api}/Recordings/{recording.sid}.json",
        "subresource_uris": {},
    }


def call_view(recording: Recording) -> dict[str, Any]:
    """A recording as JSON below its call, where it shows its track instead of its media."""
    shown = view(recording)
    del shown["media_url"], shown["subresource_uris"]
    return shown | {
        "track": recording.options.track,
        "uri": f"{recording.leg.exchange.api}/Calls/{recording.leg.sid}/Recordings/{recording.sid}.json",
    }


def view_for(request: Request, recording: Recording) -> dict[str, Any]:
    return call_view(recording) if "call" in request.path_params else view(recording)


def one_channel(data: bytes) -> bytes:
    """The same WAV file with its channels mixed into one."""
    with wave.open(io.BytesIO(data)) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, file.getnchannels())
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(np.clip(samples.sum(axis=1, dtype=np.int32), -32768, 32767).astype("<i2").tobytes())
    return out.getvalue()


def _within(recording: Recording, query: Mapping[str, str]) -> bool:
    """`DateCreated>` and `DateCreated<`, each a day or a moment in ISO 8601."""
    after, before = (_moment(query.get(f"DateCreated{sign}")) for sign in "><")
    return (after is None or recording.started >= after) and (before is None or recording.started <= before)


def _moment(text: str | None) -> datetime | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise RestError(400, 20001, f"{text!r} is not a date") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


class Recordings(Resource):
    def routes(self) -> list[BaseRoute]:
        return [
            self.route("/Recordings.json", GET=self.list),
            self.route("/Recordings/{recording}.json", GET=self.read, DELETE=self.delete),
            self.route("/Recordings/{recording}.wav", GET=self.media),
            self.route("/Calls/{call}/Recordings.json", GET=self.list, POST=self.create),
            self.route(
                "/Calls/{call}/Recordings/{recording}.json", GET=self.read, POST=self.update, DELETE=self.delete
            ),
            self.route("/Recordings/{recording}", GET=self.media),
        ]

    def _find(self, request: Request) -> Recording:
        sid, call = request.path_params["recording"], request.path_params.get("call")
        if sid == _MARK:
            return self._current(request, call)
        recording = self.exchange.recordings.get(sid)
        if recording is None or recording.deleted or call not in (None, recording.leg.sid):
            raise not_found(request)
        return recording

    def _current(self, request: Request, call: str | None) -> Recording:
        active = [r for r in self.exchange.recordings.values() if r.active and r.leg.sid == call]
        if len(active) > 1:
            raise RestError(400, 21220, f"{_MARK} is ambiguous: {len(active)} recordings are active")
        if not active:
            raise not_found(request)
        return active[0]

    async def create(self, request: Request) -> Response:
        leg = self.exchange.legs.get(request.path_params["call"])
        if leg is None:
            raise not_found(request)
        if leg.status != "in-progress":
            raise RestError(400, 21220, f"Call {leg.sid} is not in-progress. Cannot record.")
        return JSONResponse(call_view(begin_recording(leg, options_of(await form_of(request)))), 201)

    async def update(self, request: Request) -> Response:
        recording, form = self._find(request), await form_of(request)
        if not recording.active:
            raise RestError(400, 21220, f"Recording {recording.sid} is over")
        match form.get("Status"):
            case "paused":
                recording.pause(form.get("PauseBehavior", "silence"))
            case "in-progress":
                recording.resume()
            case "stopped":
                recording.stop()
            case other:
                raise RestError(400, 20001, f"Status {other!r} cannot be set; paused, in-progress or stopped can")
        return JSONResponse(view_for(request, recording))

    async def read(self, request: Request) -> Response:
        return JSONResponse(view_for(request, self._find(request)))

    async def list(self, request: Request) -> Response:
        call = request.path_params.get("call") or request.query_params.get("CallSid")
        deleted = request.query_params.get("IncludeSoftDeleted") == "true"
        rows = [
            view_for(request, recording)
            for recording in reversed(self.exchange.recordings.values())
            if call in (None, recording.leg.sid)
            and (deleted or not recording.deleted)
            and _within(recording, request.query_params)
        ]
        return listing(request, "recordings", rows)

    async def delete(self, request: Request) -> Response:
        self._find(request).delete()
        return Response(status_code=204)

    async def media(self, request: Request) -> Response:
        recording = self._find(request)
        if recording.status != "completed":
            raise not_found(request)
        data = recording.path.read_bytes()
        asked = request.query_params.get("RequestedChannels")
        stored = int.from_bytes(data[22:24], "little")
        if asked == "2" and stored != 2:
            raise RestError(400, 21221, "the recording has one channel")
        return Response(one_channel(data) if asked == "1" and stored == 2 else data, media_type="audio/x-wav")
