"""Pages of judging: the scorecard beside a call and its editor, reviews, samples, calibration."""

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from ivr.quality import facts_store
from ivr.quality.scorecards.automatic import answer_by_facts
from ivr.quality.scorecards.evaluations import EvaluationRefusedError
from ivr.store.models import Audit, Evaluation, Recording, ScorecardVersion
from ivr.web.pages.quality.card_form import spans_in
from tests.harness.judged_calls import CALL, JudgedCalls
from tests.harness.web_pages import Web, with_token

pytestmark = pytest.mark.integration

ALL_WELL = {"q1": "yes", "q2": "yes", "q3": "5", "q4": "1"}


@pytest.fixture
def calls(web: Web) -> JudgedCalls:
    return JudgedCalls(web.sessions, web.clock)


@pytest.fixture
def rosa(web: Web) -> FlaskClient:
    return web.signed_in("Rosa", "reviewer")


def send(client: FlaskClient, address: str, **form: object) -> tuple[int, str]:
    """The status and the page that the browser shows then."""
    answer = client.post(address, data={**with_token(client), **form})
    if answer.status_code == 303:
        return 303, client.get(answer.headers["Location"].partition("#")[0]).text
    return answer.status_code, answer.text


def judge(client: FlaskClient, version: int, whom: str = "bot", do: str = "publish", **form: str) -> tuple[int, str]:
    return send(client, f"/quality/calls/{CALL}/judge", judge=whom, card=str(version), do=do, **(ALL_WELL | form))


def test_our_scorecard_is_there_at_one_click(web: Web, calls: JudgedCalls, rosa: FlaskClient) -> None:
    calls.call()
    assert "There is no scorecard yet" in rosa.get(f"/quality/calls/{CALL}").text
    assert send(rosa, "/quality/cards/", do="ours")[0] == 303
    assert "Was the caller told that they talk to an AI" in rosa.get(f"/quality/calls/{CALL}").text


def test_a_call_is_judged_on_its_page_with_what_the_facts_say(web: Web, calls: JudgedCalls, rosa: FlaskClient) -> None:
    calls.call()
    version = calls.scorecard()
    with web.sessions.begin() as tx:
        answer_by_facts(tx, CALL, web.clock.now())
    page = rosa.get(f"/quality/calls/{CALL}").text
    assert "By the facts" in page
    assert 'data-at="10.0"' in page
    status, page = judge(rosa, version, **{"q2": "yes", "q3-comment": "Warm."})
    assert "Say why you answer otherwise than the facts" in page
    status, page = judge(rosa, version, **{"q2-reason": "They only sighed.", "q2-spans": "0:10-0:11, 1:02"})
    assert status == 303
    for part in ("The bot: 100.0 %", "the facts say: no", "They only sighed.", "0:10", "1:02"):
        assert part in page


def test_what_is_incomplete_stays_a_draft_and_says_what_is_missing(calls: JudgedCalls, rosa: FlaskClient) -> None:
    calls.call()
    version = calls.scorecard()
    page = judge(rosa, version, q3="1", q4="")[1]
    assert "A fail needs a comment here" in page
    assert "This has no answer yet" in page
    assert "so far" in page
    assert "Draft" in rosa.get("/quality/evaluations/?state=draft").text


def test_a_time_that_is_none_is_refused_in_words(calls: JudgedCalls, rosa: FlaskClient) -> None:
    calls.call()
    status, page = judge(rosa, calls.scorecard(), **{"q2-spans": "soon"})
    assert (status, "is not a time in the call like 0:42" in page) == (400, True)
    assert spans_in("0:42-0:50, 1:02:03") == ((42.0, 50.0), (3723.0, 3723.0))
    with pytest.raises(EvaluationRefusedError):
        spans_in("0:50-0:42")


def test_an_agent_reads_disputes_and_a_second_reviewer_decides(web: Web, calls: JudgedCalls, rosa: FlaskClient) -> None:
    ada_pages = web.signed_in("Ada", "agent")
    ada = calls.person("Ada")
    calls.call(agent=ada)
    version = calls.scorecard()
    judge(rosa, version, str(ada), q4="3")
    assert "Waits for your answer" in ada_pages.get("/my-reviews/").text
    with web.sessions() as tx:
        number = tx.scalars(select(Evaluation.id)).one()
    assert send(ada_pages, f"/my-reviews/{number}/dispute", words="  ")[0] == 400
    page = send(ada_pages, f"/my-reviews/{number}/dispute", words="They were helped.")[1]
    assert "A second reviewer will decide" in page
    assert "decided by somebody else than you" in rosa.get(f"/quality/evaluations/{number}").text
    assert send(rosa, f"/quality/evaluations/{number}/uphold", words="No.")[0] == 400
    sam = web.signed_in("Sam", "reviewer")
    assert f"/quality/evaluations/{number}" in sam.get("/quality/evaluations/?state=disputed").text
    page = sam.get(f"/quality/calls/{CALL}?replaces={number}").text
    assert "What you publish here counts instead" in page
    status, page = judge(sam, version, str(ada), replaces=str(number), comment="She had paid.")
    assert (status, "Ada: 100.0 %" in page) == (303, True)
    seen = ada_pages.get(f"/my-reviews/{number}").text
    assert "judged anew" in seen
    assert "She had paid." in seen


def test_an_agent_sees_nobody_elses_reviews_and_no_drafts(web: Web, calls: JudgedCalls, rosa: FlaskClient) -> None:
    ada, bob = web.signed_in("Ada", "agent"), web.signed_in("Bob", "agent")
    calls.call(agent=calls.person("Ada"))
    version = calls.scorecard()
    judge(rosa, version, str(calls.person("Ada")), do="save")
    with web.sessions() as tx:
        number = tx.scalars(select(Evaluation.id)).one()
    assert ada.get(f"/my-reviews/{number}").status_code == 404
    judge(rosa, version, str(calls.person("Ada")))
    assert ada.get(f"/my-reviews/{number}").status_code == 200
    assert bob.get(f"/my-reviews/{number}").status_code == 404
    assert send(bob, f"/my-reviews/{number}/acknowledge")[0] == 404
    assert ada.get(f"/quality/evaluations/{number}").status_code == 403
    assert rosa.get("/my-reviews/").status_code == 403


def test_an_agent_hears_their_own_call_at_the_moments_of_its_review_and_nobody_elses(
    web: Web, calls: JudgedCalls, rosa: FlaskClient
) -> None:
    ada, bob = web.signed_in("Ada", "agent"), web.signed_in("Bob", "agent")
    calls.call(agent=calls.person("Ada"))
    version, other = calls.scorecard(), calls.call("CA" + "8" * 32)
    judge(rosa, version, str(calls.person("Ada")), **{"q2-spans": "0:31-0:33"})
    with web.sessions() as tx:
        number = tx.scalars(select(Evaluation.id)).one()
    assert "no sound of this call" in ada.get(f"/my-reviews/{number}").text
    recording, elsewhere = web.recording(CALL), web.recording(other)
    sound = f"/my-reviews/{number}/audio/{recording}"
    page = ada.get(f"/my-reviews/{number}").text
    assert f'src="{sound}"' in page
    assert f'data-at="30.0" href="{sound}#t=30.0"' in page  # the recording begins a second into the call
    assert ada.get(sound).data[:4] == b"RIFF"
    assert [client.get(sound).status_code for client in (bob, rosa)] == [404, 403]
    assert ada.get(f"/my-reviews/{number}/audio/{elsewhere}").status_code == 404
    with web.sessions.begin() as tx:
        heard = tx.scalars(select(Audit).where(Audit.action == "listen")).one()
        assert (heard.actor, heard.subject) == ("ada@bank.test", f"recording:{recording}")
        tx.get_one(Recording, recording).redaction = "made"
    assert ada.get(sound).status_code == 404  # not proved: secrets may be in it
    assert sound not in ada.get(f"/my-reviews/{number}").text


def test_who_was_in_the_call_is_told_that_somebody_else_judges_it(web: Web, calls: JudgedCalls) -> None:
    both = web.signed_in("Ada", "agent", "reviewer")
    calls.call(agent=calls.person("Ada"))
    version = calls.scorecard()
    assert "somebody else judges it" in both.get(f"/quality/calls/{CALL}").text
    assert judge(both, version)[0] == 400


def test_the_editor_adds_moves_and_removes_without_a_script(web: Web, calls: JudgedCalls, rosa: FlaskClient) -> None:
    send(rosa, "/quality/cards/", do="new", name="Loans")
    change = "/quality/cards/1/change"
    assert "No question has a weight yet" in send(rosa, change, do="add-section", title="Start")[1]
    send(rosa, change, do="add-question", section="0", text="Greeted?", weight="2")
    choices = "100: All of it\n50: In part\n0: Nothing"
    page = send(
        rosa, change, do="add-question", section="0", text="Helped?", kind="choice", choices=choices, weight="3"
    )[1]
    assert page.index("Greeted?") < page.index("Helped?")
    page = send(rosa, change, do="question-up", question="q2")[1]
    assert page.index("Helped?") < page.index("Greeted?")
    assert (
        "is no choice"
        in send(rosa, change, do="change-question", question="q2", text="x", kind="choice", choices="All")[1]
    )
    assert "Publish version 1" in send(rosa, change, do="rename-section", section="0", title="Hello")[1]
    assert "begin version 2" in send(rosa, "/quality/cards/1/publish")[1]
    assert send(rosa, change, do="remove-question", question="q1")[0] == 400
    page = send(rosa, "/quality/cards/1/draft")[1]
    page = send(rosa, change, do="remove-question", question="q1")[1]
    assert "Greeted?" not in page
    assert "Greeted?" in rosa.get("/quality/cards/1?version=1").text


def test_a_sample_is_drawn_and_worked_off_from_its_list(web: Web, calls: JudgedCalls, rosa: FlaskClient) -> None:
    calls.call()
    version = calls.scorecard()
    with web.sessions.begin() as tx:
        facts_store.keep(tx, CALL)
    day = str((web.clock.now() - timedelta(hours=1)).date())
    form = {"name": "Monday", "kind": "random", "size": "5", "since": day, "until": day, "seed": "7"}
    assert "choose a reviewer" in send(rosa, "/quality/samples/", **form)[1].lower()
    page = send(rosa, "/quality/samples/", **form, reviewer=str(calls.person("Rosa")))[1]
    assert re.search(r"Seed</dt><dd>7", page)
    assert "1 left" in rosa.get("/quality/samples/").text
    assert CALL in rosa.get("/quality/samples/next").headers["Location"]
    judge(rosa, version)
    assert "Nothing waits on your list" in rosa.get("/quality/samples/").text
    assert "1 of 1 judged" in rosa.get("/quality/samples/").text


def test_in_a_calibration_nobody_sees_the_others_answers_until_all_are_in(
    web: Web, calls: JudgedCalls, rosa: FlaskClient
) -> None:
    sam = web.signed_in("Sam", "reviewer")
    ids = [str(calls.person(name)) for name in ("Rosa", "Sam")]
    calls.call()
    version = calls.scorecard()
    begun = {"call": CALL, "judge": "0", "card": str(version), "reviewer": ids}
    assert "Not yet" in send(rosa, "/quality/calibrations/", **begun)[1]
    assert "0 of 2 in" in rosa.get("/quality/calibrations/").text
    assert "Calibration" in rosa.get(f"/quality/calls/{CALL}").text
    page = judge(rosa, version, q2="no", **{"q2-comment": "Cut in at 0:10."})[1]
    assert "Not yet" in page
    assert "Cut in at" not in sam.get(f"/quality/calls/{CALL}").text
    assert "Cut in at" not in sam.get("/quality/calibrations/1").text
    page = judge(sam, version)[1]
    assert "Cut in at 0:10." in page
    assert "75.0 % agree" in page
    assert "How far reviewers agree" in rosa.get("/quality/calibrations/").text


def test_reading_a_judgement_is_audited(web: Web, calls: JudgedCalls, rosa: FlaskClient) -> None:
    calls.call()
    judge(rosa, calls.scorecard())
    with web.sessions() as tx:
        assert tx.scalar(select(Audit.id).where(Audit.action == "read-evaluation")) is not None
        assert tx.scalars(select(ScorecardVersion.state)).all() == ["published"]


def test_every_page_of_quality_leads_to_the_others(calls: JudgedCalls, rosa: FlaskClient) -> None:
    calls.call()
    for place in ("/quality/", f"/quality/calls/{CALL}", "/quality/cards/"):
        page = rosa.get(place).text
        assert all(f'href="/quality/{name}/"' in page for name in ("evaluations", "samples", "calibrations", "cards"))
        assert 'href="/quality/corrections"' in page
