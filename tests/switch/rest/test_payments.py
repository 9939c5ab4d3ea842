"""Payments over REST: a card taken on a leg in a conference, field by field; and forks stopped and begun again."""

import asyncio
from typing import Any

import pytest
from starlette.websockets import WebSocket, WebSocketDisconnect
from twilio.base.exceptions import TwilioRestException

from switch.media.audio import SILENCE
from tests.harness.card_numbers import DECLINED, EXPIRY, GOOD, TYPO
from tests.harness.eventually import until
from tests.harness.switch_world import MakeWorld, Person, Run, World
from tests.harness.twilio_client import client

pytestmark = pytest.mark.switch

ROOM = "<Dial><Conference beep='false'>room</Conference></Dial>"


async def paying(w: World, **options: Any) -> tuple[Person, Any]:
    """A caller in a conference, and a payment session on their leg."""
    w.customer.answers["/voice"] = ROOM
    person = await w.call()
    await until(lambda: w.switch.conferences)
    asked: dict[str, Any] = {"charge_amount": "50.00", "postal_code": False, "timeout": 1, **options}
    payments = client(w).calls(person.line.sid).payments
    url = f"{w.customer.url}/card"
    session = await asyncio.to_thread(payments.create, idempotency_key="k", status_callback=url, **asked)
    return person, payments(session.sid)


async def ask(w: World, session: Any, **what: str) -> None:
    key = "-".join(what.values())
    url = f"{w.customer.url}/card"
    await asyncio.to_thread(session.update, idempotency_key=key, status_callback=url, **what)


async def told(w: World, **params: str) -> dict[str, str]:
    """The first callback with these parameters."""

    def found() -> list[dict[str, str]]:
        return [r.params for r in w.customer.to("/card") if params.items() <= r.params.items()]

    await until(found)
    return found()[0]


def captured(w: World) -> list[str]:
    """The fields that are done."""
    return [r.params["Capture"] for r in w.customer.to("/card") if "PartialResult" not in r.params]


async def key(w: World, person: Person, session: Any, number: str = GOOD) -> None:
    """All fields, each right."""
    for field, keys in (("payment-card-number", number), ("expiration-date", EXPIRY), ("security-code", "123")):
        await ask(w, session, capture=field)
        person.press(keys)
        await until(lambda: field in captured(w))  # noqa: B023


def test_a_card_is_captured_field_by_field_and_charged(switch_world: MakeWorld, run: Run) -> None:
    async def story() -> None:
        async with switch_world() as w:
            person, session = await paying(w)
            await key(w, person, session)
            await ask(w, session, status="complete")
            paid = await told(w, Result="success")
            assert (paid["PaymentCardNumber"], paid["Required"], len(paid["PaymentConfirmationCode"])) == (
                "xxxxxxxxxxxx4242", "", 8,
            )  # fmt: skip
            assert GOOD not in str(w.customer.received) and GOOD not in str(w.switch.trace)

    run(story())


def test_a_declined_card_and_an_unfinished_one_are_not_charged(switch_world: MakeWorld, run: Run) -> None:
    async def story() -> None:
        async with switch_world() as w:
            person, session = await paying(w)
            with pytest.raises(TwilioRestException, match="outstanding"):
                await ask(w, session, status="complete")
            await key(w, person, session, DECLINED)
            await ask(w, session, status="complete")
            assert (await told(w, Result="payment-connector-error"))["ConnectorError"] == "card_declined"

    run(story())


def test_a_wrong_field_is_told_and_still_required(switch_world: MakeWorld, run: Run) -> None:
    async def story() -> None:
        async with switch_world() as w:
            person, session = await paying(w)
            await ask(w, session, capture="payment-card-number")
            person.press(TYPO)
            wrong = await told(w, ErrorType="invalid-card-number")
            assert wrong["Required"].split(",")[0] == "payment-card-number"

    run(story())


def test_hanging_up_ends_the_session(switch_world: MakeWorld, run: Run) -> None:
    async def story() -> None:
        async with switch_world() as w:
            person, session = await paying(w)
            await ask(w, session, capture="payment-card-number")
            person.hang_up()
            await told(w, Result="caller-hung-up")
            with pytest.raises(TwilioRestException):
                await ask(w, session, status="complete")

    run(story())


def test_a_repeated_request_charges_once_and_nothing_follows(switch_world: MakeWorld, run: Run) -> None:
    async def story() -> None:
        async with switch_world() as w:
            person, session = await paying(w)
            await key(w, person, session)
            await ask(w, session, status="complete")
            await ask(w, session, status="complete")
            await told(w, Result="success")
            assert len([r for r in w.customer.to("/card") if "Result" in r.params]) == 1
            with pytest.raises(TwilioRestException, match="completed"):
                await ask(w, session, status="cancel")

    run(story())


def test_who_else_is_in_the_conference_hears_no_keys(switch_world: MakeWorld, run: Run) -> None:
    async def story() -> None:
        async with switch_world() as w:
            person, session = await paying(w)
            agent = await w.call()
            await until(lambda: len(next(iter(w.switch.conferences.values())).participants) == 2)
            await asyncio.sleep(0.1)
            agent.heard.clear()
            await key(w, person, session)
            assert set(agent.heard) <= {SILENCE}

    run(story())


def test_a_fork_is_stopped_by_name_and_another_begins(switch_world: MakeWorld, run: Run) -> None:
    began: list[str] = []

    async def listen(socket: WebSocket) -> None:
        await socket.accept()
        try:
            while True:
                text = await socket.receive_text()
                if '"start"' in text:
                    began.append(text)
        except WebSocketDisconnect:
            began.append("over")

    async def story() -> None:
        async with switch_world() as w:
            w.customer.socket = listen
            media = w.customer.url.replace("http", "ws") + "/media"
            w.customer.answers["/voice"] = f'<Start><Stream name="ears" url="{media}"/></Start>{ROOM}'
            person = await w.call()
            await until(lambda: began)
            streams = client(w).calls(person.line.sid).streams
            await asyncio.to_thread(streams("ears").update, status="stopped")
            await until(lambda: began[1:] == ["over"])
            again = {"name": "ears", "track": "both_tracks", "parameter1_name": "token", "parameter1_value": "t2"}
            await asyncio.to_thread(streams.create, url=media, **again)
            await until(lambda: len(began) == 3)
            assert '"token": "t2"' in began[2] or '"token":"t2"' in began[2]
            assert "outbound" in began[2]

    run(story())
