"""Pay: a card keyed in, checked and charged; the application sees it masked, sockets not at all."""

import asyncio
import json

import pytest
from starlette.websockets import WebSocket, WebSocketDisconnect

from tests.harness.card_numbers import DECLINED, DISCOVER, EXPIRY, GOOD, TYPO
from tests.harness.eventually import until
from tests.harness.switch_recordings import RECORD, channels, fetch
from tests.harness.switch_world import MakeWorld, Person, Run, World
from tests.harness.twilio_client import client

pytestmark = pytest.mark.switch

PAY = (
    '<Pay action="/paid" statusCallback="/progress" chargeAmount="50.00" postalCode="false" '
    'timeout="{0}" maxAttempts="{1}"/>'
)


def document(timeout: float = 0.3, attempts: int = 1) -> str:
    return PAY.format(timeout, attempts)


async def paying(w: World, verb: str) -> Person:
    """A caller who is being asked for their card."""
    w.customer.answers["/voice"] = verb
    person = await w.call()
    await until(lambda: person.sound)
    return person


async def result(w: World) -> dict[str, str]:
    await until(lambda: w.customer.to("/paid"))
    return w.customer.to("/paid")[0].params


def test_a_good_card_is_charged_and_shown_masked(switch_world: MakeWorld, run: Run) -> None:
    async def story() -> None:
        async with switch_world() as w:
            person = await paying(w, document())
            person.press(GOOD + EXPIRY + "123")
            paid = await result(w)
            assert (paid["Result"], paid["PaymentCardNumber"], paid["SecurityCode"]) == (
                "success", "xxxxxxxxxxxx4242", "***",
            )  # fmt: skip
            assert (paid["PaymentCardType"], paid["ExpirationDate"]) == ("visa", EXPIRY)
            assert len(paid["PaymentConfirmationCode"]) == 8
            assert GOOD not in str(w.customer.received) and GOOD not in str(w.switch.trace)

    run(story())


def test_progress_is_told_field_by_field(switch_world: MakeWorld, run: Run) -> None:
    async def story() -> None:
        async with switch_world() as w:
            person = await paying(w, document())
            person.press(GOOD + EXPIRY + "123")
            await result(w)
            await until(lambda: len(w.customer.to("/progress")) == 4)
            told = [request.params["For"] for request in w.customer.to("/progress")]
            assert sorted(told) == sorted(
                ["payment-card-number", "expiration-date", "security-code", "payment-processing"]
            )

    run(story())


@pytest.mark.parametrize(
    ("keys", "wanted"),
    [
        (DECLINED + EXPIRY + "123", "payment-connector-error"),
        (GOOD[:6] + "*", "caller-interrupted-with-star"),
        (TYPO, "too-many-failed-attempts"),
        (DISCOVER, "too-many-failed-attempts"),
        (GOOD + "1320", "too-many-failed-attempts"),
        (GOOD + "0120", "too-many-failed-attempts"),
        (GOOD + EXPIRY + "12#", "too-many-failed-attempts"),
        ("", "too-many-failed-attempts"),
    ],
)
def test_what_goes_wrong_has_the_carriers_name(switch_world: MakeWorld, run: Run, keys: str, wanted: str) -> None:
    async def story() -> None:
        async with switch_world() as w:
            person = await paying(w, document(timeout=0.2))
            person.press(keys)
            assert (await result(w))["Result"] == wanted

    run(story())


def test_a_field_is_asked_again_as_often_as_allowed(switch_world: MakeWorld, run: Run) -> None:
    async def story() -> None:
        async with switch_world() as w:
            person = await paying(w, document(attempts=2))
            person.press(TYPO)
            await until(lambda: len(w.customer.to("/progress")) == 2)
            again = w.customer.to("/progress")[1].params
            assert (again["Attempt"], again["ErrorType"]) == ("2", "invalid-card-number")
            person.press(GOOD + EXPIRY + "123")
            assert (await result(w))["Result"] == "success"

    run(story())


def test_the_documents_own_prompts_are_spoken(switch_world: MakeWorld, run: Run) -> None:
    said: list[str] = []

    def note(text: str) -> bytes:
        said.append(text)
        return b"\x00" * 160

    prompts = (
        '<Prompt for="payment-card-number" attempt="1"><Say>Card.</Say></Prompt>'
        '<Prompt for="payment-card-number" attempt="2" errorType="invalid-card-number"><Say>Wrong.</Say></Prompt>'
    )

    async def story() -> None:
        async with switch_world(say=note) as w:
            person = await paying(w, document(0.2, 2).replace("/>", f">{prompts}</Pay>"))
            person.press(TYPO)
            assert (await result(w))["Result"] == "too-many-failed-attempts"
            assert said == ["Card.", "Wrong."]

    run(story())


def test_hanging_up_still_goes_to_the_action(switch_world: MakeWorld, run: Run) -> None:
    async def story() -> None:
        async with switch_world() as w:
            person = await paying(w, document(timeout=5))
            person.press(GOOD[:4])
            person.hang_up()
            paid = await result(w)
            assert (paid["Result"], paid["CallStatus"]) == ("caller-hung-up", "completed")

    run(story())


def test_hanging_up_after_a_prompt_goes_to_the_action_too(switch_world: MakeWorld, run: Run) -> None:
    async def story() -> None:
        async with switch_world() as w:
            person = await paying(w, document(timeout=5))
            await until(lambda: w.switch.calls[person.line.sid].source is None)
            person.hang_up()
            assert (await result(w))["Result"] == "caller-hung-up"

    run(story())


def test_no_socket_gets_the_keys(switch_world: MakeWorld, run: Run) -> None:
    messages: list[str] = []

    async def collect(socket: WebSocket) -> None:
        await socket.accept()
        try:
            while True:
                messages.append(await socket.receive_text())
                if json.loads(messages[-1])["event"] == "media":
                    await socket.close()
                    return
        except (WebSocketDisconnect, RuntimeError):
            return

    async def story() -> None:
        async with switch_world() as w:
            media = w.customer.url.replace("http", "ws") + "/media"
            w.customer.socket = collect
            person = await paying(w, f'<Connect><Stream url="{media}"/></Connect>' + document())
            person.press(GOOD + EXPIRY + "123")
            assert (await result(w))["Result"] == "success"
            assert not [message for message in messages if "dtmf" in message]

    run(story())


def test_the_running_recording_is_silent_while_it_is_paused_and_goes_on(switch_world: MakeWorld, run: Run) -> None:
    async def story() -> None:
        async with switch_world() as w:
            person = await paying(w, RECORD + document(timeout=5))
            [recording] = w.switch.recordings.values()
            current = client(w).calls(person.line.sid).recordings("Twilio.CURRENT")
            await asyncio.to_thread(current.update, status="paused", pause_behavior="silence")
            from_ = len(recording._said)
            person.speak(0.2)
            await until(lambda: not person.words)
            await asyncio.to_thread(current.update, status="in-progress")
            to = len(recording._said)
            person.speak(0.2)
            await until(lambda: not person.words)
            person.hang_up()
            await until(lambda: recording.status == "completed")
            said = channels((await fetch(recording.url + ".wav")).content)[:, 0]
            assert abs(said[from_:to]).max() == 0
            assert abs(said[to:]).max() > 1000

    run(story())
