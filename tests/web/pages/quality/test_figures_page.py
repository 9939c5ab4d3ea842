"""The page of figures and its export."""

import csv
import io
from typing import Any

import pytest
from sqlalchemy import select

from ivr.store.models import Audit
from ivr.web.pages.quality.figures_screen import figure
from tests.harness.month_of_facts import a_month, fact
from tests.harness.web_pages import Web

pytestmark = pytest.mark.integration


def rows(text: str) -> dict[tuple[str, str, str], dict[str, str]]:
    return {(row["figure"], row["intent"], row["who"]): row for row in csv.DictReader(io.StringIO(text))}


def test_figures_of_the_last_thirty_days(web: Web) -> None:
    reviewer = web.signed_in("Rosa", "reviewer")
    a_month(web)
    page = reviewer.get("/quality/figures?period=month").text
    assert "Hand-offs by reason" in page
    assert "did not call about the same within seven days" in page
    assert "flag=called-again" in page
    assert "Cost is left out" in page
    assert "100 % of 4" in page
    assert "Comes on now" not in page  # four calls are no ground to judge
    table = rows(reviewer.get("/quality/figures.csv?period=month").text)
    assert (table["calls", "", ""]["value"], table["calls", "", ""]["value_before"]) == ("12", "1")
    assert (table["rating", "", ""]["value"], table["rating", "", ""]["of"]) == ("3", "8")
    assert (table["repeat", "dispute", "person"]["value"], table["repeat", "balance", "bot"]["value"]) == ("1", "0")
    assert table["wait_p50", "", ""]["value"] == "31"
    assert "cost" not in {name for name, _, _ in table}


def test_a_line_without_calls(web: Web) -> None:
    page = web.signed_in("Rosa", "reviewer").get("/quality/figures")
    assert page.status_code == 200
    assert "No calls in this period" in page.text


def test_the_brake_is_shown_where_it_would_come_on(web: Web) -> None:
    reviewer = web.signed_in("Sue", "supervisor")
    for number in range(12):
        fact(web, number, 0.001 * (number + 1), rating=1 if number < 6 else 5)
    assert "Comes on now" in reviewer.get("/quality/figures").text


def test_what_calls_cost_is_summed_where_it_is_known(web: Web) -> None:
    reviewer = web.signed_in("Rosa", "reviewer")
    fact(web, 1, 0.01, cost=2.25)
    fact(web, 2, 0.02, cost=0.75)
    fact(web, 3, 0.03)
    cost = rows(reviewer.get("/quality/figures.csv?period=month").text)["cost", "", ""]
    assert (cost["value"], cost["of"]) == ("3", "2")
    assert "Cost is left out" not in reviewer.get("/quality/figures?period=month").text


def test_mishearing_is_told_by_agent_and_by_week(web: Web) -> None:
    reviewer = web.signed_in("Rosa", "reviewer")
    ada = web.person("Ada", "agent")
    fact(web, 1, 0.01, agents=(ada,), words_compared=40, words_misheard=10, misheard=2)  # Monday, 2 March
    fact(web, 2, 1, words_compared=60, words_misheard=3)
    page = reviewer.get("/quality/figures?period=month").text
    people = page.partition('id="people"')[2].partition("</table>")[0]
    assert "Ada" in people
    assert "25.0 %" in people.replace("\N{NO-BREAK SPACE}", " ")
    weeks = page.partition('id="by-week"')[2].partition("</table>")[0].replace("\N{NO-BREAK SPACE}", " ")
    this, last = weeks.partition("Mon 23 Feb")[::2]
    assert "Mon 2 Mar" in this
    assert "25.0 %" in this
    assert "5.0 %" in last
    table = rows(reviewer.get("/quality/figures.csv?period=month").text)
    assert table["misheard_words", "", "Ada"]["value"] == "0.25"
    assert (table["misheard_words", "", ""]["value"], table["misheard_words", "", ""]["of"]) == ("0.13", "100")


def test_only_who_judges_calls_sees_them_and_it_is_noted(web: Web) -> None:
    assert web.signed_in("Ada", "agent").get("/quality/figures").status_code == 403
    reviewer = web.signed_in("Rosa", "reviewer")
    assert reviewer.get("/quality/figures?period=year").status_code == 404
    reviewer.get("/quality/figures?period=today")
    reviewer.get("/quality/figures.csv?period=today")
    with web.sessions() as tx:
        noted = {(row.action, row.subject) for row in tx.scalars(select(Audit)) if row.actor == "rosa@bank.test"}
    assert {("read-figures", "figures"), ("export", "figures")} <= noted


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (None, "share", "–"), (0.1234, "share", "12.3 %"), (4.256, "stars", "4.26"), (31.4, "seconds", "31 s"),
        (1234.0, "number", "1,234"), (0.7, "number", "0.70"), (3.14, "minutes", "3.1 min"),
        (1234.5, "money", "1,234.50"),
    ],
)  # fmt: skip
def test_figures_for_the_eye(value: float | None, unit: Any, shown: str) -> None:
    assert figure(value, unit) == shown.replace(" ", "\N{NO-BREAK SPACE}")
