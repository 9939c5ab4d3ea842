"""Conferences: who hears whom, when a room begins and ends, what is reported."""

import asyncio
from typing import Any

import pytest

from switch.media.audio import SILENCE, decode, mix, tone
from tests.harness.eventually import until
from tests.harness.switch_recordings import power
from tests.harness.switch_world import MakeWorld, Person, Run, World
from tests.harness.twilio_client import client

pytestmark = pytest.mark.switch

ROOM = (
    '<Dial action="{action}"><Conference beep="false" startConferenceOnEnter="{starts}" endConferenceOnExit="{ends}" '
    'participantLabel="{label}" waitUrl="{wait}" statusCallback="/room" '
    'statusCallbackEvent="start end join leave mute hold modify">{name}</Conference></Dial>'
)


def room(
    label: str = "", *, starts: bool = True, ends: bool = False, wait: str = "", action: str = "", name: str = "r"
) -> str:
    return ROOM.format(
        label=label, starts=str(starts).lower(), ends=str(ends).lower(), wait=wait, action=action, name=name
    )


async def enter(w: World, label: str, **how: Any) -> Person:
    w.customer.answers["/voice"] = room(label, **how)
    person = await w.call()
    await until(lambda: any(row.data.get("ParticipantLabel") == label for row in w.switch.trace))
    return person


def events(w: World) -> list[str]:
    requests = sorted(w.customer.to("/room"), key=lambda request: int(request.params["SequenceNumber"]))
    return [request.params["StatusCallbackEvent"] for request in requests]


def test_mixing_adds_and_clips() -> None:
    loud = b"\x80" * 160
    assert decode(mix([loud, loud])).max() == decode(loud).max()
    assert mix([tone((400,), 0.02), SILENCE]) == tone((400,), 0.02)


def test_everyone_hears_the_others_and_not_himself(switch_world: MakeWorld, run: Run) -> None:
    async def story() -> None:
        async with switch_world() as w:
            people = [await enter(w, label) for label in ("a", "b", "c")]
            for person, frequency in zip(people, (400, 700, 1100), strict=True):
                person.speak(0.3, frequency)
            await until(lambda: all(len(person.sound) > 1600 for person in people))
            heard = people[0].sound
            assert power(heard, 700) > 500 and power(heard, 1100) > 500
            assert power(heard, 400) < 100

    run(story())


def test_a_room_begins_only_with_someone_who_starts_it(switch_world: MakeWorld, run: Run) -> None:
    async def story() -> None:
        async with switch_world() as w:
            await enter(w, "caller", starts=False)
            await enter(w, "other", starts=False)
            [conference] = w.switch.conferences.values()
            assert conference.status == "init"
            await enter(w, "agent")
            assert conference.status == "in-progress"
            await until(lambda: len(events(w)) == 4)
            assert events(w) == ["participant-join"] * 3 + ["conference-start"]

    run(story())


def test_who_waits_hears_the_waiting_document_over_and_over(switch_world: MakeWorld, run: Run) -> None:
    async def story() -> None:
        async with switch_world() as w:
            w.customer.answers["/wait"] = "<Say>please wait</Say><Redirect>/wait</Redirect>"
            caller = await enter(w, "caller", starts=False, wait="/wait")
            await until(lambda: len(w.customer.to("/wait")) >= 3)
            assert caller.sound
            assert w.customer.to("/wait")[0].params["FriendlyName"] == "r"
            await enter(w, "agent")
            await asyncio.sleep(0.05)
            fetched = len(w.customer.to("/wait"))
            await asyncio.sleep(0.15)
            assert len(w.customer.to("/wait")) == fetched

    run(story())


def test_the_room_ends_with_the_one_who_ends_it_and_documents_go_on(switch_world: MakeWorld, run: Run) -> None:
    async def story() -> None:
        async with switch_world() as w:
            caller = await enter(w, "caller", ends=True)
            await enter(w, "agent", action="/after")
            caller.hang_up()
            await until(lambda: w.customer.to("/after") and len(events(w)) == 6)
            assert w.customer.to("/after")[0].params["DialCallStatus"] == "answered"
            assert w.customer.to("/after")[0].params["CallStatus"] == "in-progress"
            leaving = [
                r.params for r in w.customer.to("/room") if r.params["StatusCallbackEvent"] == "participant-leave"
            ]
            reasons = {params["ParticipantLabel"]: params["ReasonParticipantLeft"] for params in leaving}
            assert reasons == {"caller": "participant_hung_up", "agent": "moderator_ended_conference"}
            [end] = [r.params for r in w.customer.to("/room") if r.params["StatusCallbackEvent"] == "conference-end"]
            assert end["ReasonConferenceEnded"] == "participant-with-end-conference-on-exit-left"
            assert end["ParticipantLabelEndingConference"] == "caller"

    run(story())


def test_the_name_can_be_used_again_after_the_end(switch_world: MakeWorld, run: Run) -> None:
    async def story() -> None:
        async with switch_world() as w:
            first = await enter(w, "one")
            first.hang_up()
            await until(lambda: all(c.status == "completed" for c in w.switch.conferences.values()))
            await enter(w, "two")
            assert [c.name for c in w.switch.conferences.values()] == ["r", "r"]

    run(story())


def test_a_second_participant_with_the_same_label_is_not_added(switch_world: MakeWorld, run: Run) -> None:
    async def story() -> None:
        async with switch_world() as w:
            await enter(w, "agent")
            w.customer.answers["/voice"] = room("agent") + "<Redirect>/next</Redirect>"
            await w.call()
            await until(lambda: w.customer.to("/next"))
            assert w.problems() == [16025]

    run(story())


def test_hold_mute_and_coach(switch_world: MakeWorld, run: Run) -> None:
    async def story() -> None:
        async with switch_world() as w:
            caller, agent, coach = [await enter(w, label) for label in ("caller", "agent", "coach")]
            [conference] = w.switch.conferences.values()
            line = client(w)
            participants = line.conferences(conference.sid).participants

            await asyncio.to_thread(participants("coach").update, coaching=True, call_sid_to_coach=agent.line.sid)
            coach.speak(0.1)
            await until(lambda: len(agent.sound) >= 800)
            assert not caller.sound

            await asyncio.to_thread(participants("caller").update, hold=True, hold_url=f"{w.customer.url}/hold")
            await until(lambda: w.customer.to("/hold"))
            assert w.customer.to("/hold")[0].method == "GET"
            agent.speak(0.1)
            await until(lambda: len(coach.sound) >= 800)
            assert not caller.sound

            await asyncio.to_thread(participants("caller").update, hold=False, muted=True)
            heard = len(agent.sound)
            caller.speak(0.1)
            await until(lambda: not caller.words)
            assert len(agent.sound) == heard
            await until(lambda: len(events(w)) == 8)
            assert set(events(w)[4:]) == {
                "participant-modify", "participant-hold", "participant-unhold", "participant-mute",
            }  # fmt: skip

    run(story())


def test_a_kicked_participant_goes_on_with_the_action(switch_world: MakeWorld, run: Run) -> None:
    async def story() -> None:
        async with switch_world() as w:
            await enter(w, "caller")
            await enter(w, "agent", action="/after")
            [conference] = w.switch.conferences.values()
            line = client(w)
            assert await asyncio.to_thread(line.conferences(conference.sid).participants("agent").delete)
            await until(lambda: w.customer.to("/after"))
            assert next(iter(conference.participants.values())).settings.label == "caller"

    run(story())


def test_a_participant_is_dialled_into_the_room(switch_world: MakeWorld, run: Run) -> None:
    async def story() -> None:
        async with switch_world() as w:
            caller = await enter(w, "caller", starts=False)
            ada = w.person("client:ada")
            [conference] = w.switch.conferences.values()
            line = client(w)
            made = await asyncio.to_thread(
                line.conferences(conference.sid).participants.create,
                from_="+15550001000", to="client:ada", label="agent", beep="false", wait_url="",
            )  # fmt: skip
            await until(lambda: conference.status == "in-progress")
            ada.speak(0.1)
            await until(lambda: len(caller.sound) >= 800)
            assert made.label == "agent" and made.conference_sid == conference.sid

    run(story())


def test_a_participant_who_does_not_answer_is_reported(switch_world: MakeWorld, run: Run) -> None:
    async def story() -> None:
        async with switch_world() as w:
            await enter(w, "caller")
            [conference] = w.switch.conferences.values()
            line = client(w)
            await asyncio.to_thread(
                line.conferences(conference.sid).participants.create, from_="+15550001000", to="client:nobody"
            )
            await until(lambda: len(events(w)) == 2)
            failed = w.customer.to("/room")[-1].params
            assert failed["ReasonParticipantLeft"] == "participant_add_failed"
            assert failed["ParticipantCallStatus"] == "no-answer"

    run(story())


def test_a_participant_can_be_made_the_one_who_ends_the_room(switch_world: MakeWorld, run: Run) -> None:
    async def story() -> None:
        async with switch_world() as w:
            agent = await enter(w, "agent")
            caller = await enter(w, "caller")
            [conference] = w.switch.conferences.values()
            update = client(w).conferences(conference.sid).participants("agent").update
            await asyncio.to_thread(update, end_conference_on_exit=True)
            agent.hang_up()
            await until(lambda: caller.final)
            assert conference.status == "completed"

    run(story())


def test_an_announcement_is_heard_by_everyone_and_reported(switch_world: MakeWorld, run: Run) -> None:
    async def story() -> None:
        async with switch_world() as w:
            people = [await enter(w, label) for label in ("a", "b")]
            w.customer.answers["/news"] = "<Say>one more minute</Say>"
            [conference] = w.switch.conferences.values()
            update = client(w).conferences(conference.sid).update
            await asyncio.to_thread(update, announce_url=f"{w.customer.url}/news")
            await until(lambda: any(row.data.get("event") == "announcement-end" for row in w.switch.trace))
            assert all(person.sound for person in people)

    run(story())


def test_a_conference_is_ended_by_request(switch_world: MakeWorld, run: Run) -> None:
    async def story() -> None:
        async with switch_world() as w:
            await enter(w, "a", action="/after")
            [conference] = w.switch.conferences.values()
            await asyncio.to_thread(client(w).conferences(conference.sid).update, status="completed")
            await until(lambda: w.customer.to("/after") and len(events(w)) == 3)
            [end] = [r.params for r in w.customer.to("/room") if "ReasonConferenceEnded" in r.params]
            assert end["ReasonConferenceEnded"] == "conference-ended-via-api"
            assert end["ConferenceSid"] == conference.sid

    run(story())
