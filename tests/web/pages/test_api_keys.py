"""A machine reads an export with its key, and opens nothing else."""

import pytest
from sqlalchemy import select

from ivr.people import api_keys
from ivr.store.models import Audit
from tests.harness.web_pages import Web

pytestmark = pytest.mark.integration


def header(web: Web, scope: str = "exports") -> dict[str, str]:
    with web.sessions.begin() as tx:
        key = api_keys.make_key(tx, "planner", scope, 30, "test", web.clock.now())
    return {"Authorization": f"Bearer {key}", "Sec-Fetch-Mode": "cors"}


def test_an_export_is_read_with_a_key_and_noted(web: Web) -> None:
    client, key = web.app.test_client(), header(web)
    answer = client.get("/board/load.csv", headers=key)
    assert answer.status_code == 200 and answer.mimetype == "text/csv"
    assert "warmline" not in answer.headers.get("Set-Cookie", "")
    with web.sessions() as tx:
        assert tx.scalars(select(Audit.actor).where(Audit.action == "export")).all() == ["key:planner"]


def test_it_opens_no_page_and_does_no_deed(web: Web) -> None:
    client, key = web.app.test_client(), header(web)
    for path in ("/board/", "/agent/", "/quality/", "/people/", "/me/", "/events", "/agent/days.csv"):
        assert client.get(path, headers=key).status_code == 401, path
    assert client.post("/board/announcement", headers=key, data={"text": "x"}).status_code == 400


def test_a_key_for_figures_reads_no_export(web: Web) -> None:
    assert web.app.test_client().get("/board/load.csv", headers=header(web, "metrics")).status_code == 401
