"""QA's pages: the list, one call, its sound, and the trace that a listen leaves."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from ivr.store.models import Audit, Call, CardPayment, Handoff, Note, Recording, Turn
from ivr.web.pages.quality.review_screen import read_review
from tests.fakes.fake_clock import FakeClock
from tests.harness.web_pages import CALL, Make, Web, with_token

pytestmark = pytest.mark.integration


def listens(web: Web) -> int:
    with web.sessions() as tx:
        return len(tx.scalars(select(Audit).where(Audit.action == "listen")).all())


@pytest.fixture
def reviewer(web: Web) -> FlaskClient:
    return web.signed_in("Rosa", "reviewer")


def test_no_calls_yet(reviewer: FlaskClient) -> None:
    assert "No calls yet" in reviewer.get("/quality/").text


def test_the_recordings_words_say_who_of_ours_is_heard(web: Web, reviewer: FlaskClient) -> None:
    """A piece that the recogniser heard across a change is told in two."""
    web.call(outcome="handed-off")
    web.recording()
    spoken = "You are next in line Hello this is Bob"
    words = [{"word": word, "start": 10 + n, "end": 11 + n, "confidence": 0.9} for n, word in enumerate(spoken.split())]
    at_call, handoff = 1.0, web_handoff(web)  # the recording begins a second into the call
    with web.sessions.begin() as tx:
        call, recording = tx.get_one(Call, CALL), tx.scalars(select(Recording)).one()
        row = tx.get_one(Handoff, handoff)
        after = {"caller-joined": 9.0, "bridged": 15.2 + at_call, "held-1.1": 30.0, "unheld-1.1": 40.0, "served": 50.0}
        row.times = {name: (call.started_at + timedelta(seconds=at)).isoformat() for name, at in after.items()}
        recording.transcript = [
            {"channel": 2, "text": "How can I help?", "start": 1.0, "end": 2.0, "confidence": 0.9, "words": []},
            {"channel": 1, "text": "An agent.", "start": 4.0, "end": 5.0, "confidence": 0.9, "words": []},
            {"channel": 2, "text": spoken, "start": 10.0, "end": 19.0, "confidence": 0.9, "words": words},
            {"channel": 2, "text": "La la la.", "start": 33.0, "end": 35.0, "confidence": 0.4, "words": []},
            {"channel": 2, "text": "Thanks for waiting.", "start": 41.0, "end": 42.0, "confidence": 0.9, "words": []},
        ]
    with web.sessions() as tx:
        review = read_review(tx, CALL)
    assert review is not None
    assert [(piece["side"], piece["text"]) for piece in review.recorded] == [
        ("bot", "How can I help?"),
        ("caller", "An agent."),
        ("queue", "You are next in line"),
        ("agent", "Hello this is Bob"),
        ("queue", "La la la."),
        ("agent", "Thanks for waiting."),
    ]
    page = reviewer.get(f"/quality/calls/{CALL}").text
    assert "Queue" in page
    assert "Our side" not in page


def test_a_hold_stands_among_what_people_did(web: Web, reviewer: FlaskClient) -> None:
    web.call(outcome="handed-off")
    web_handoff(web)
    with web.sessions.begin() as tx:
        row, began = tx.scalars(select(Handoff)).one(), web.clock.now()
        held = {"held-1.1": 0, "unheld-1.1": 25, "held-1.2": 30, "served": 40}
        row.times = {name: (began + timedelta(seconds=at)).isoformat() for name, at in held.items()}
    with web.sessions() as tx:
        review = read_review(tx, CALL)
    assert review is not None
    assert [(deed.what, deed.who, deed.text) for deed in review.deeds] == [
        ("Hold", "Bob", "The caller heard music for 0:25."),
        ("Hold", "Bob", "The caller heard music for 0:10."),
    ]
    assert "heard music for 0:25" in reviewer.get(f"/quality/calls/{CALL}").text


def web_handoff(web: Web) -> int:
    """Bob had the call."""
    return web.handoff(web.person("Bob", "agent"), state="served")


def test_one_call_shows_both_transcripts_and_the_hand_off(web: Web, reviewer: FlaskClient) -> None:
    web.call(outcome="handed-off")
    web.handoff(web.person("Ada", "agent"), state="served")
    web.recording()
    page = reviewer.get(f"/quality/calls/{CALL}").text
    for part in (
        "What is my balance?", "heard with 91 %", "cut off after 62 %", "answered in 710 ms", "(by keys)",
        "From the recording", "Thank you for calling.", "Offered to Ada", "Asked for",
        "2 channels", 'data-start="6.0"',
    ):  # fmt: skip
        assert part in page


def test_an_unknown_call_is_not_found(reviewer: FlaskClient) -> None:
    assert reviewer.get("/quality/calls/CA404").status_code == 404


@pytest.mark.parametrize(
    ("state", "words"), [("announced", "on its way"), ("absent", "kept no recording"), ("deleted", "has been deleted")]
)
def test_a_recording_that_cannot_be_played_says_why(web: Web, reviewer: FlaskClient, state: str, words: str) -> None:
    web.call(outcome="resolved")
    recording = web.recording()
    with web.sessions.begin() as tx:
        row = tx.get_one(Recording, recording)
        row.state, row.path = state, None
    assert words in reviewer.get(f"/quality/calls/{CALL}").text
    assert reviewer.get(f"/quality/recordings/{recording}/audio").status_code == 404


@pytest.mark.parametrize(("kept", "why"), [(None, "there is no sound"), ("deleted", "has been deleted")])
def test_who_would_not_be_recorded_is_marked_from_then_on_and_the_empty_player_says_so(
    web: Web, reviewer: FlaskClient, kept: str | None, why: str
) -> None:
    web.call(outcome="resolved")
    recording = web.recording() if kept else 0
    with web.sessions.begin() as tx:
        call = tx.get_one(Call, CALL)
        call.unrecorded_at = call.started_at + timedelta(seconds=14)
        if kept:
            row = tx.get_one(Recording, recording)
            row.state, row.path = kept, None
    page = reviewer.get(f"/quality/calls/{CALL}").text
    assert 'data-seek="14.0">0:14</button> The caller did not want to be recorded' in page
    player = page.partition('aria-label="Recording"')[2].partition("</section>")[0]
    assert "The caller did not want to be recorded" in player
    assert why in player


def test_what_was_kept_from_before_a_refusal_says_where_it_ends(web: Web, reviewer: FlaskClient) -> None:
    web.call(outcome="resolved")
    web.recording()
    with web.sessions.begin() as tx:
        call = tx.get_one(Call, CALL)
        call.unrecorded_at = call.started_at + timedelta(seconds=14)
    player = (
        reviewer.get(f"/quality/calls/{CALL}").text.partition('aria-label="Recording"')[2].partition("</section>")[0]
    )
    assert "<audio" in player
    assert "From 0:14 on there is no sound" in player


def test_forgotten_words_leave_the_page_whole(web: Web, reviewer: FlaskClient) -> None:
    web.call(outcome="resolved")
    with web.sessions.begin() as tx:
        for turn in tx.get_one(Call, CALL).turns:
            turn.text, turn.words = "", []
    assert reviewer.get(f"/quality/calls/{CALL}").status_code == 200


def test_sound_comes_in_ranges(web: Web, reviewer: FlaskClient) -> None:
    web.call()
    recording = web.recording(seconds=2)
    whole = reviewer.get(f"/quality/recordings/{recording}/audio")
    part = reviewer.get(f"/quality/recordings/{recording}/audio", headers={"Range": "bytes=44-99"})
    assert (part.status_code, len(part.data)) == (206, 56)
    assert part.data == whole.data[44:100]
    assert "no-store" in part.headers["Cache-Control"]


def test_each_listen_is_audited_and_seeking_is_not_another(web: Web, reviewer: FlaskClient) -> None:
    web.call()
    address = f"/quality/recordings/{web.recording(seconds=2)}/audio"
    reviewer.get(address, headers={"Range": "bytes=0-"})
    reviewer.get(address, headers={"Range": "bytes=9000-"})
    assert listens(web) == 1
    reviewer.get(address, headers={"Range": "bytes=0-"})
    assert listens(web) == 2


def test_a_listen_cannot_be_hidden_by_beginning_late(web: Web, reviewer: FlaskClient) -> None:
    web.call()
    reviewer.get(f"/quality/recordings/{web.recording(seconds=2)}/audio", headers={"Range": "bytes=1-"})
    assert listens(web) == 1


def test_a_lost_file_is_not_a_listen(web: Web, reviewer: FlaskClient) -> None:
    web.call()
    recording = web.recording()
    web.recordings.sounds.clear()
    assert reviewer.get(f"/quality/recordings/{recording}/audio").status_code == 404
    assert listens(web) == 0


def test_a_call_backs_recording_stands_beside_the_calls_own(web: Web, reviewer: FlaskClient) -> None:
    web.call(outcome="callback")
    web.recording()
    with web.sessions.begin() as tx:
        later = Recording(
            call_sid=CALL, sid="REback", kind="call", state="transcribed", source_url="-", path="back",
                redaction="proved", seconds=20.0,
            offset=640.0, created_at=web.clock.now(), transcript=[],
        )  # fmt: skip
        tx.add(later)
    page = reviewer.get(f"/quality/calls/{CALL}").text
    assert 'data-offset="1.0"' in page
    assert "Call-back, 10:40 later" in page
    assert 'data-offset="640.0"' in reviewer.get(f"/quality/calls/{CALL}?recording={later.id}").text


def test_what_people_did_is_on_the_calls_page(web: Web, reviewer: FlaskClient) -> None:
    web.call(outcome="handed-off")
    ada = web.person("Ada", "agent")
    handoff, now = web.handoff(ada, state="served"), web.clock.now()
    with web.sessions.begin() as tx:
        for kind, text in (("note", "Asked for proof."), ("text", "We wrote to Acme."), ("outcome", "follow-up")):
            tx.add(Note(call_sid=CALL, agent_id=ada, at=now, kind=kind, text=text))
        tx.add(
            CardPayment(
                call_sid=CALL, handoff_id=handoff, agent_id=ada, leg="CA9", account="grace", amount=5000,
                currency="USD", on=now.date(), state="doubtful", field="security-code", begun_at=now,
            )
        )  # fmt: skip
    page = reviewer.get(f"/quality/calls/{CALL}").text
    for part in ("Asked for proof.", "We wrote to Acme.", "We still owe the caller something", "$50.00: It may have"):
        assert part in page
    assert page.count(", Ada, ") == 4


def test_a_prompt_that_was_not_heard_is_not_shown_as_said(web: Web, reviewer: FlaskClient) -> None:
    web.call(outcome="resolved")
    with web.sessions.begin() as tx:
        bot = {"call_sid": CALL, "speaker": "bot", "end": 31.0}
        tx.add(Turn(key="b1", start=30.0, text="Press one for balance.", played=0.0, **bot))
        tx.add(Turn(key="b2", start=30.0, text="Are you still there my friend?", played=0.5, **bot))
    page = reviewer.get(f"/quality/calls/{CALL}").text
    assert "Press one" not in page and "my friend" not in page
    assert "Are you still …" in page


def test_a_pin_has_no_meaning(web: Web, reviewer: FlaskClient) -> None:
    web.call(outcome="resolved")
    with web.sessions.begin() as tx:
        tx.add(
            Turn(
                call_sid=CALL, key="p", speaker="caller", start=40.0, end=41.0, text="(PIN)", intent="other_banking",
                confidence=1.0,
            )
        )  # fmt: skip
    assert "Other banking" not in reviewer.get(f"/quality/calls/{CALL}").text


# --- sound without secrets, and with them ---


def state(web: Web, recording_id: int, redaction: str | None) -> None:
    with web.sessions.begin() as tx:
        tx.get_one(Recording, recording_id).redaction = redaction


@pytest.mark.parametrize("redaction", [None, "made", "leaked", "withheld"])
def test_sound_that_is_not_proved_to_hold_no_secret_is_not_played(
    web: Web, reviewer: FlaskClient, redaction: str | None
) -> None:
    web.call(outcome="resolved")
    recording = web.recording()
    state(web, recording, redaction)
    assert reviewer.get(f"/quality/recordings/{recording}/audio").status_code == 404
    page = reviewer.get(f"/quality/calls/{CALL}").text
    assert "<audio" not in page
    assert ("withheld" if redaction == "withheld" else "Secrets are being taken out") in page


def test_reviewers_hear_the_copy_and_nobody_the_original(web: Web, reviewer: FlaskClient) -> None:
    web.call(outcome="resolved")
    recording = web.recording()
    with web.sessions.begin() as tx:
        tx.get_one(Recording, recording).redacted_path = "copy"
    web.recordings.sounds["copy"] = b"RIFF-copy"
    assert reviewer.get(f"/quality/recordings/{recording}/audio").data == b"RIFF-copy"
    asked = reviewer.post(
        f"/quality/recordings/{recording}/original", data=with_token(reviewer, reason="a dispute about the amount")
    )
    assert asked.status_code == 403
    assert "Hear the original" not in reviewer.get(f"/quality/calls/{CALL}").text


def test_whoever_may_hear_the_original_gives_a_reason_that_stands_in_the_audit(
    make_web: Make, clock: FakeClock
) -> None:
    web = make_web(clock, original_sound="reviewer")
    reviewer = web.signed_in("Rosa", "reviewer")
    web.call(outcome="resolved")
    recording = web.recording()
    assert "Hear the original" in reviewer.get(f"/quality/calls/{CALL}").text
    address = f"/quality/recordings/{recording}/original"
    for reason in ("", "  ok   "):
        assert reviewer.post(address, data=with_token(reviewer, reason=reason)).status_code == 400
    heard = reviewer.post(address, data=with_token(reviewer, reason="The caller disputes   the amount."))
    assert heard.status_code == 200 and heard.data.startswith(b"RIFF")
    assert heard.headers["Cache-Control"] == "no-store, private"
    with web.sessions() as tx:
        (row,) = tx.scalars(select(Audit).where(Audit.action == "listen-original"))
        assert row.actor == "rosa@bank.test" and row.subject == f"recording:{recording}"
        assert row.detail == {"call": CALL, "reason": "The caller disputes the amount."}
