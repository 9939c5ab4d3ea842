"""Places a scripted call through a running switch and waits until all that follows from it is done."""

import json
import time
from collections.abc import Callable
from typing import Any

import httpx

from ivr.calls.report import call_report
from ivr.local.supervisor import reached_at
from ivr.recordings.storage import RecordingFiles
from ivr.settings import Settings
from ivr.store.engine import Sessions

Script = dict[str, Any]
Progress = Callable[[dict[str, Any]], None]


class SwitchAwayError(RuntimeError):
    """No switch answers where one is expected."""


class NotPlacedError(RuntimeError):
    """The switch did not place the call; the message is the switch's own."""


def switch_address(settings: Settings) -> str:
    return f"http://{reached_at(settings.host)}:{settings.switch_port}"


def switch_is_up(settings: Settings) -> bool:
    try:
        return httpx.get(f"{switch_address(settings)}/health", timeout=2).status_code == 200
    except httpx.HTTPError:
        return False


def put_scripted_agent(settings: Settings, address: str, script: Script) -> None:
    """Lets a script answer at `address`, "client:ada" or a number."""
    body = {"address": address, "script": script}
    httpx.post(f"{switch_address(settings)}/control/phones", json=body, timeout=10).raise_for_status()


def take_scripted_agent(settings: Settings, address: str) -> list[dict[str, Any]]:
    """Takes the script away again; what each of the calls there was like, as in the result of `place`."""
    where = f"{switch_address(settings)}/control/phones"
    answer = httpx.request("DELETE", where, json={"address": address}, timeout=10).raise_for_status()
    calls: list[dict[str, Any]] = answer.json()["calls"]
    return calls


def place(settings: Settings, script: Script, progress: Progress) -> dict[str, Any]:
    """Places the call and returns the scripted caller's own account of it, once they have hung up."""
    result: dict[str, Any] | None = None
    try:
        with httpx.stream(
            "POST", f"{switch_address(settings)}/control/calls", json=script, timeout=httpx.Timeout(10, read=None)
        ) as lines:
            if lines.status_code != 200:
                raise NotPlacedError(lines.read().decode())
            for line in lines.iter_lines():
                event = json.loads(line)
                if event["event"] == "result":
                    result = event
                else:
                    progress(event)
    except httpx.TransportError as error:
        raise SwitchAwayError(
            f"The switch at {switch_address(settings)} does not answer ({type(error).__name__})."
        ) from error
    if result is None:
        raise NotPlacedError("The switch ended the call without a result; its log says why.")
    return result


def settled_report(settings: Settings, sessions: Sessions, sid: str, seconds: float = 60.0) -> dict[str, Any]:
    """The call's report once its outcome stands and its recording is transcribed; at the latest after `seconds`."""
    deadline, folder = time.monotonic() + seconds, RecordingFiles(settings.recordings)
    while True:
        report = call_report(sessions, sid, folder)
        recording = report["recording"]
        over = report["outcome"] != "in progress" and recording and recording["state"] in ("transcribed", "absent")
        if over or time.monotonic() > deadline:
            return report
        time.sleep(0.2)
