"""Recordings: what was said and heard on a leg, kept as a WAV file, reported when ready."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from switch.leg import Leg
from switch.media.audio import FRAME, RATE, SILENCE, loudness, mix, write_wav
from switch.sids import new_sid, now, rfc2822

_QUIET = 200.0


@dataclass(frozen=True)
class RecordingOptions:
    """How to record; `channels` 2 puts the leg's person first and what that person hears second."""

    channels: int = 1
    track: str = "both"
    source: str = "StartCallRecordingAPI"
    trim: bool = False
    callback: str = ""
    method: str = "POST"
    events: frozenset[str] = frozenset({"completed"})


class Recording:
    """One recording of one leg. Status: in-progress, paused, stopped, processing, completed, absent."""

    def __init__(self, leg: Leg, options: RecordingOptions) -> None:
        self.sid = new_sid("RE")
        self.leg = leg
        self.options = options
        self.status = "in-progress"
        self.started = now()
        self.updated = self.started
        self.duration = 0
        self.deleted: datetime | None = None
        self._said = bytearray()
        self._heard = bytearray()
        self._skips = False

    @property
    def active(self) -> bool:
        return self.status in ("in-progress", "paused")

    @property
    def path(self) -> Path:
        return self.leg.exchange.config.folder / "recordings" / f"{self.sid}.wav"

    @property
    def url(self) -> str:
        exchange = self.leg.exchange
        return f"{exchange.url}{exchange.api}/Recordings/{self.sid}"

    @property
    def seconds(self) -> float:
        return len(self._said) / RATE

    @property
    def has_speech(self) -> bool:
        """Whether the person said anything at all."""
        return any(loudness(bytes(self._said[at : at + 800])) > _QUIET for at in range(0, len(self._said), 800))

    def tick(self, said: bytes, heard: bytes) -> None:
        if self.status == "in-progress":
            self._said += said
            self._heard += heard
        elif not self._skips:
            self._said += SILENCE
            self._heard += SILENCE

    def pause(self, behavior: str = "silence") -> None:
        self._skips = behavior == "skip"
        self._become("paused")

    def resume(self) -> None:
        self._become("in-progress")

    def stop(self) -> None:
        """End it; the file is ready a little later. Later calls do nothing."""
        if not self.active:
            return
        self.leg.taps = [tap for tap in self.leg.taps if tap is not self]
        self._become("processing")
        self.leg.exchange.spawn(self._complete())

    def delete(self) -> None:
        self.deleted = now()
        self.path.unlink(missing_ok=True)

    def report(self) -> None:
        """Tell the customer's server the present status, if it asked for it."""
        if not self.options.callback or self.status not in self.options.events:
            return
        exchange = self.leg.exchange
        exchange.spawn(exchange.webhooks.notify(self.options.callback, self.options.method, self._params()))

    async def _complete(self) -> None:
        await asyncio.sleep(self.leg.exchange.config.recording_delay)
        channels = self._channels()
        self.duration = round(len(channels[0]) / RATE)
        if channels[0]:
            await asyncio.to_thread(self._write, channels)
        self._become("completed" if channels[0] else "absent")
        self.report()

    def _write(self, channels: list[bytes]) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        part = self.path.with_suffix(".part")
        part.write_bytes(write_wav(channels))
        part.replace(self.path)

    def _channels(self) -> list[bytes]:
        said, heard = bytes(self._said), bytes(self._heard)
        sides = {"inbound": [said], "outbound": [heard]}.get(self.options.track, [said, heard])
        if self.options.channels == 1 and len(sides) == 2:
            sides = [mix(sides)] if said else [said]
        return _trimmed(sides) if self.options.trim else sides

    def _become(self, status: str) -> None:
        self.status = status
        self.updated = now()
        self.leg.exchange.trace.add("recording", call=self.leg.sid, recording=self.sid, status=status)

    def _params(self) -> dict[str, str]:
        return {
            "AccountSid": self.leg.exchange.config.account_sid,
            "CallSid": self.leg.sid,
            "RecordingSid": self.sid,
            "RecordingUrl": self.url,
            "RecordingStatus": self.status,
            "RecordingDuration": str(self.duration),
            "RecordingChannels": str(self.options.channels),
            "RecordingSource": self.options.source,
            "RecordingStartTime": rfc2822(self.started) or "",
            "RecordingTrack": self.options.track,
            "ErrorCode": "0",
        }


def _trimmed(sides: list[bytes]) -> list[bytes]:
    """Without the silence that all channels share at the beginning and at the end."""
    loud = [
        at for at in range(0, len(sides[0]), FRAME) if any(loudness(side[at : at + FRAME]) > _QUIET for side in sides)
    ]
    return [side[loud[0] : loud[-1] + FRAME] if loud else b"" for side in sides]


def begin_recording(leg: Leg, options: RecordingOptions) -> Recording:
    """Record a leg from now until it ends or the recording is stopped."""
    recording = Recording(leg, options)
    leg.exchange.recordings[recording.sid] = recording
    leg.taps.append(recording)
    leg.on_end.append(recording.stop)
    leg.exchange.trace.add("recording", call=leg.sid, recording=recording.sid, status="in-progress")
    recording.report()
    return recording
