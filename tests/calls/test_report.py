"""The document of a call that scripts rely on."""

from pathlib import Path

import pytest

from ivr.calls.report import call_report
from ivr.recordings.storage import RecordingFiles, RecordingStorage
from ivr.store.engine import Sessions
from ivr.store.models import Call, Recording
from tests.fakes.fake_clock import FakeClock

pytestmark = pytest.mark.integration

SID = "CA" + "1" * 32


def test_its_recording_is_named_by_where_it_lies_now(sessions: Sessions, clock: FakeClock, tmp_path: Path) -> None:
    before, after = tmp_path / "before", tmp_path / "after"
    name = RecordingStorage(before.as_uri(), b"k" * 32).save("RE1", b"RIFF")
    with sessions.begin() as tx:
        tx.add(Call(sid=SID, caller="+15550100001", called="+1", started_at=clock.now(), problems=[]))
        tx.flush()
        tx.add(Recording(call_sid=SID, sid="RE1", state="kept", source_url="-", path=name, created_at=clock.now()))
    before.rename(after)
    file = call_report(sessions, SID, RecordingFiles(after.as_uri()))["recording"]["file"]
    assert Path(file).is_file() and Path(file).parent == after
