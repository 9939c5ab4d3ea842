"""After a call: the wrap-up, the break that was asked for in it, and what is being written when it ends."""

import pytest
from sqlalchemy import select

from ivr.desk import drafts
from ivr.desk.agents import LONGEST_WRITING
from ivr.store.models import Agent, Draft, Note
from tests.harness.handoff_world import CALLER, World

pytestmark = pytest.mark.integration


def talking(world: World) -> int:
    ann = world.agent("ann")
    world.bridged()
    return ann


def wrapping_up(world: World) -> int:
    ann = talking(world)
    world.leaves("caller", CALLER)
    return ann


def writes(world: World, ann: int, form: str = "note", **fields: str) -> None:
    with world.sessions.begin() as tx:
        drafts.save(tx, ann, CALLER, form, fields, world.clock.now())
    world.service.writing(ann)


def notes(world: World) -> list[tuple[str, str]]:
    with world.sessions() as tx:
        return [(note.kind, note.text) for note in tx.scalars(select(Note).order_by(Note.id))]


def left(world: World, ann: int) -> float:
    with world.sessions() as tx:
        until = tx.get_one(Agent, ann).wrap_up_until
    assert until is not None
    return (until - world.clock.now()).total_seconds()


def test_a_break_asked_for_in_a_call_begins_after_its_wrap_up(world: World) -> None:
    ann = talking(world)
    world.service.presence(ann, "break")
    world.leaves("caller", CALLER)
    assert world.presence(ann) == "wrap-up"
    world.clock.forward(30)
    world.run_due()
    assert world.presence(ann) == "break"


def test_a_break_asked_for_in_a_call_begins_when_the_agent_is_done(world: World) -> None:
    ann = talking(world)
    world.service.presence(ann, "break")
    world.leaves("caller", CALLER)
    assert world.service.finish_wrap_up(ann).presence == "break"


@pytest.mark.parametrize("presence", ["break", "away"])
def test_a_break_asked_for_in_the_wrap_up_begins_when_it_is_done_or_over(world: World, presence: str) -> None:
    ann = wrapping_up(world)
    assert world.service.presence(ann, presence).presence == "wrap-up"
    assert left(world, ann) == 30
    world.clock.forward(30)
    world.run_due()
    assert world.presence(ann) == presence


def test_a_wrap_up_that_has_no_call_and_no_end_gives_way_to_a_break_at_once(world: World) -> None:
    ann = world.agent("ann")
    world.service.presence(ann, "wrap-up")
    assert world.service.presence(ann, "break").presence == "break"


def test_who_is_done_with_the_wrap_up_is_available(world: World) -> None:
    ann = wrapping_up(world)
    assert world.service.finish_wrap_up(ann).presence == "available"


@pytest.mark.parametrize("presence", ["break", "away"])
def test_done_comes_too_late_to_end_a_break(world: World, presence: str) -> None:
    ann = wrapping_up(world)
    world.service.presence(ann, presence)
    assert world.service.finish_wrap_up(ann).presence == presence
    assert world.service.finish_wrap_up(ann).presence == presence


def test_a_break_that_was_asked_for_is_taken_back_by_being_available(world: World) -> None:
    ann = talking(world)
    world.service.presence(ann, "break")
    world.leaves("caller", CALLER)
    world.service.presence(ann, "available")
    assert world.presence(ann) == "available"
    world.service.presence(ann, "away")
    assert world.service.presence(ann, "available").presence == "available"


def test_what_is_being_written_gives_more_time(world: World) -> None:
    ann = wrapping_up(world)
    world.clock.forward(25)
    writes(world, ann, text="They want the")
    assert left(world, ann) == 20
    world.clock.forward(10)
    world.run_due()
    assert world.presence(ann) == "wrap-up"


def test_writing_never_takes_time_away(world: World) -> None:
    ann = wrapping_up(world)
    before = left(world, ann)
    writes(world, ann, text="They")
    assert left(world, ann) == before


def test_writing_does_not_keep_the_next_caller_waiting_for_ever_and_what_was_written_is_the_note(world: World) -> None:
    ann = wrapping_up(world)
    waiting = world.another_caller(2)
    written = ""
    while world.presence(ann) == "wrap-up":
        written += "and "
        writes(world, ann, text=written)
        world.clock.forward(4)
        world.run_due()
    assert len(written.split()) == LONGEST_WRITING / 4
    assert notes(world) == [("note", written.strip())]
    assert (world.presence(ann), world.service.find(waiting).state) == ("offered", "offered")


def test_who_writes_without_a_timed_wrap_up_is_not_put_under_a_clock(world: World) -> None:
    ann = world.agent("ann")
    world.service.presence(ann, "wrap-up")
    assert world.service.writing(ann).wrap_up_until is None


@pytest.mark.parametrize("presence", ["available", "break", "away"])
def test_what_was_written_is_the_note_however_the_wrap_up_ends(world: World, presence: str) -> None:
    ann = wrapping_up(world)
    writes(world, ann, text="They want the receipt by post", outcome="follow-up")
    world.service.presence(ann, presence)
    world.service.finish_wrap_up(ann)
    assert notes(world) == [("outcome", "follow-up"), ("note", "They want the receipt by post")]
    with world.sessions() as tx:
        assert tx.scalar(select(Draft.id)) is None


def test_a_text_that_was_not_sent_and_a_transfer_that_was_not_asked_for_are_kept_as_what_they_are(world: World) -> None:
    ann = wrapping_up(world)
    writes(world, ann, "text", text="Your case is 4711.")
    writes(world, ann, "transfer", text="Wants the fee explained", to="2")
    world.service.finish_wrap_up(ann)
    assert notes(world) == [
        ("note", "Text, not sent: Your case is 4711."),
        ("note", "Transfer, not asked for: Wants the fee explained"),
    ]


def test_a_number_that_was_written_and_not_used_is_kept(world: World) -> None:
    ann = wrapping_up(world)
    writes(world, ann, "transfer", text="Fee", number="+15550100002")
    writes(world, ann, "call-back", number="+15550100001", at="2026-03-03T10:00")
    world.service.finish_wrap_up(ann)
    assert notes(world) == [
        ("note", "Transfer, not asked for: Fee, +15550100002"),
        ("note", "Call-back, not booked: +15550100001, 2026-03-03 10:00"),
    ]


def test_the_callers_own_number_that_the_page_filled_in_is_no_note(world: World) -> None:
    ann = wrapping_up(world)
    writes(world, ann, "call-back", number="+15550001111", at="")
    world.service.finish_wrap_up(ann)
    assert notes(world) == []


def test_what_arrives_late_completes_the_note_that_was_kept(world: World) -> None:
    ann = wrapping_up(world)
    writes(world, ann, text="They want the rec")
    world.service.finish_wrap_up(ann)
    writes(world, ann, text="They want the receipt by post")
    assert notes(world) == [("note", "They want the receipt by post")]
    writes(world, ann, text="Another thing")
    assert notes(world) == [("note", "They want the receipt by post"), ("note", "Another thing")]


def of_two_pages(world: World, ann: int, text: str, seen: str) -> None:
    with world.sessions.begin() as tx:
        drafts.save(tx, ann, CALLER, "note", {"text": text}, world.clock.now(), {"text": seen})


def test_what_another_page_had_written_is_a_note_before_it_is_written_over(world: World) -> None:
    ann = talking(world)
    of_two_pages(world, ann, "They want the receipt", seen="")
    of_two_pages(world, ann, "Call the bank", seen="")
    assert notes(world) == [("note", "They want the receipt")]


def test_a_page_that_erases_what_it_had_written_leaves_no_note(world: World) -> None:
    ann = talking(world)
    of_two_pages(world, ann, "They want the receipt 4111 1111 1111 1111", seen="")
    of_two_pages(world, ann, "They", seen="They want the receipt 4111 1111 1111 1111")
    of_two_pages(world, ann, "They pay", seen="")  # its last answer was lost, and it has only gone on
    of_two_pages(world, ann, "", seen="They pay")
    assert notes(world) == []


def sends(world: World, ann: int, text: str, seen: str) -> None:
    with world.sessions.begin() as tx:
        drafts.sent(tx, ann, CALLER, "note", {"text": text}, world.clock.now(), {"text": seen})


def test_what_another_page_had_written_is_a_note_where_this_one_sends_another_text(world: World) -> None:
    ann = talking(world)
    of_two_pages(world, ann, "They want the receipt", seen="")
    sends(world, ann, "Call the bank", seen="")
    assert notes(world) == [("note", "They want the receipt")]
    with world.sessions() as tx:
        assert drafts.read(tx, ann, CALLER) == {}


def test_a_page_that_sends_its_own_draft_in_other_words_leaves_no_note(world: World) -> None:
    ann = talking(world)
    of_two_pages(world, ann, "They wnat the receipt", seen="")
    sends(world, ann, "They want the receipt", seen="They wnat the receipt")
    assert notes(world) == []


def test_no_secret_is_kept_in_a_draft(world: World) -> None:
    ann = talking(world)
    writes(world, ann, text="Card 4111 1111 1111 1111, PIN 2749")
    with world.sessions() as tx:
        assert drafts.read(tx, ann, CALLER) == {"note": {"text": "Card (card number), PIN (PIN)"}}


def test_a_draft_that_is_emptied_is_gone_and_is_no_note(world: World) -> None:
    ann = wrapping_up(world)
    writes(world, ann, text="Oh")
    writes(world, ann, text="  ")
    world.service.finish_wrap_up(ann)
    assert notes(world) == []


def test_each_agent_of_a_call_has_their_own_draft(world: World) -> None:
    ann, bob = talking(world), world.agent("bob")
    writes(world, ann, text="Of Ann")
    with world.sessions.begin() as tx:
        drafts.save(tx, bob, CALLER, "note", {"text": "Of Bob"}, world.clock.now())
        assert drafts.read(tx, ann, CALLER) == {"note": {"text": "Of Ann"}}
