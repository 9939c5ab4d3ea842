"""Log lines: one an event, tied to its call, and nobody else can write one."""

import json
import logging
import sys
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.logs import CallThreads, JsonLines, TextLines, about_call, while_about

pytestmark = pytest.mark.unit

FORMS = (TextLines(), JsonLines())


@pytest.fixture(autouse=True)
def about_nobody() -> Iterator[None]:
    yield
    about_call(None)


def record(message: str, *values: object, **extra: object) -> logging.LogRecord:
    return logging.getLogger("warmline.test").makeRecord(
        "warmline.test", logging.WARNING, "here.py", 1, message, values, None, extra=extra
    )


@given(st.text())
def test_whatever_a_stranger_sends_stays_on_one_line(text: str) -> None:
    for form in FORMS:
        line = form.format(record("refused a request to %s", text, who=text))
        assert len(line.splitlines()) == 1
        assert line.isprintable() or not any(ord(sign) < 32 or 127 <= ord(sign) < 160 for sign in line)


def test_a_forged_line_is_seen_to_be_part_of_another() -> None:
    line = TextLines().format(record("refused %s", "/voice/x\n2026-01-01 INFO admin signed in"))
    assert "\\n2026-01-01" in line and "\n" not in line


def test_a_traceback_cannot_look_like_an_event() -> None:
    try:
        raise ValueError("bad\n2026-01-01 00:00:00,000 INFO admin signed in")
    except ValueError:
        failed = record("job failed")
        failed.exc_info = sys.exc_info()
    first, *rest = TextLines().format(failed).splitlines()
    assert "job failed" in first
    assert rest and all(line.startswith("    ") for line in rest)
    assert json.loads(JsonLines().format(failed))["trace"].startswith("Traceback")


def test_what_a_line_is_about_is_written_down() -> None:
    about_call("CA1")
    noted = record("job failed", topic="handoff.act", outbox=7)
    assert TextLines().format(noted).endswith("job failed call=CA1 topic=handoff.act outbox=7")
    assert json.loads(JsonLines().format(noted)) | {"time": ""} == {
        "time": "", "level": "WARNING", "logger": "warmline.test", "message": "job failed",
        "call": "CA1", "topic": "handoff.act", "outbox": 7,
    }  # fmt: skip


def test_the_next_request_is_about_no_call() -> None:
    about_call("CA1")
    about_call(None)
    assert "CA1" not in TextLines().format(record("page opened"))


def test_what_is_done_for_another_call_in_between_names_that_one() -> None:
    about_call("CA1")
    with while_about("CA2"):
        assert "CA2" in TextLines().format(record("rung"))
    assert "CA1" in TextLines().format(record("answered"))


def test_what_is_about_no_other_call_names_the_same() -> None:
    about_call("CA1")
    with while_about(None):
        assert "CA1" in TextLines().format(record("rung"))


def test_work_in_a_pool_is_about_the_call_of_whoever_gave_it() -> None:
    with CallThreads(1) as threads:
        for sid in ("CA1", "CA2"):
            about_call(sid)
            assert sid in threads.submit(TextLines().format, record("asked")).result()
        about_call(None)
        assert "CA" not in threads.submit(TextLines().format, record("asked")).result()
