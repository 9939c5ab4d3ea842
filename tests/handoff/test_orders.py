"""Whatever the carrier does, loses or brings again, in any order: nobody is dragged out of a talk or forgotten."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ivr.handoff import events as ev
from ivr.handoff.effects import Ring
from ivr.store.states import HANDOFF_ENDS
from tests.harness.handoff_orders import Orders

pytestmark = pytest.mark.integration

ORDERS = (300, pytest.param(10_000, marks=[pytest.mark.slow, pytest.mark.timeout(1800)]))
HOW = ("done", "done", "lost", "refused", "died")
AGENT = (
    "answers", "presses 1", "clicks", "declines", "ends it", "hangs up", "drops", "holds", "transfers",
    "brings together",
)  # fmt: skip
AGENTS = (7, 8, 9)
CALLER = ("goes on", "goes on", "goes on", "books", "says nothing", "hangs up", "picks up")

numbers = st.integers(0, 5)
a_deed: st.SearchStrategy[tuple[str, int, str]] = st.one_of(
    st.tuples(st.just("act"), numbers, st.sampled_from(HOW)),
    st.tuples(st.just("again"), numbers, st.just("")),
    st.tuples(st.just("deliver"), numbers, st.sampled_from(["once", "once", "and again"])),
    st.tuples(st.just("timer"), numbers, st.just("")),
    st.tuples(st.just("agent"), numbers, st.sampled_from(AGENT)),
    st.tuples(st.just("caller"), numbers, st.sampled_from(CALLER)),
    st.tuples(st.just("free"), numbers, st.just("")),
)
TALKING = [
    ("caller", 0, "goes on"), ("act", 0, "done"), ("agent", 0, "answers"), ("agent", 0, "presses 1"),
    *[("deliver", 0, "once")] * 6,
]  # fmt: skip
MOVED = [
    ("caller", 0, "goes on"), ("deliver", 0, "once"), ("act", 0, "done"), ("free", 1, ""), ("act", 0, "done"),
    ("agent", 0, "answers"), ("agent", 0, "presses 1"), ("act", 0, "lost"), *[("deliver", 0, "once")] * 6,
]  # fmt: skip
MENU = [("caller", 0, "goes on"), *[("deliver", 0, "once")] * 2, ("act", 0, "done")]
MESSAGE = [*MENU, ("caller", 0, "goes on")]
TRANSFER = [*TALKING, ("agent", 0, "holds"), ("agent", 0, "transfers"), ("act", 0, "done"), ("agent", 1, "answers")]


def do(world: Orders, deed: tuple[str, int, str]) -> None:
    kind, number, how = deed
    match kind:
        case "act":
            world.act(number, how)
        case "again":
            world.act_again(number)
        case "deliver":
            world.deliver(number, keep=how == "and again")
        case "timer":
            world.ring_off(number)
        case "agent":
            world.agent_does(number, how)
        case "free":
            world.agents_come(AGENTS[: number % 4])
        case _:
            caller = {
                "goes on": world.goes_on, "hangs up": world.hang_up, "picks up": world.picks_up,
                "books": world.books, "says nothing": world.says_nothing,
            }  # fmt: skip
            caller[how]()


def settle(world: Orders, rings_out: bool = True) -> None:
    """The carrier answers and tells everything, timers go off, and nobody presses a key any more."""
    for _ in range(60):
        while world.callbacks:
            world.deliver(0)
        for _ in range(len(world.promises)):
            world.act(0, "done")
        if world.callbacks or world.promises:
            continue
        for number, leg in enumerate([leg for leg in world.legs.values() if leg.place != "gone"]):
            if rings_out and leg.place in ("ringing", "whisper"):
                world.agent_does(number, "hangs up")  # nobody answers, and the whisper runs out
                break
        else:
            world.ring_off(0) if world.timers else world.goes_on()


def check(world: Orders) -> None:
    state = world.state
    assert not world.moved, "they were pulled out of their conversation"
    rings = [deed.attempt_number for deed in world.promises if isinstance(deed, Ring)]
    assert len(rings) == len(set(rings)), "an agent is rung twice for one offer"
    if state.seeking and state.briefed and not world.away:
        assert not world.able(state.passed), "an agent is free, and the caller waits or leaves a message"


def play(away: bool, deeds: list[tuple[str, int, str]], free: list[int], busy: bool) -> None:
    world = Orders(free, busy, away)
    world.apply(ev.Briefed())
    for deed in deeds:
        do(world, deed)
        check(world)
    settle(world)
    assert not world.moved, "he was pulled out of his conversation"
    place, state = world.caller.place, world.state
    if place == "room":
        assert world.together and state.bridged, f"he is alone in a room: {state}"
        assert world.caller.held == state.held, "he hears music that nobody will end"
    elif away:
        assert place in ("nowhere", "gone", "queue"), f"he is left at {place}"
    else:
        assert place in ("gone", "queue"), f"he is left at {place}"
        assert place == "gone" or state.end is None
    world.hang_up()
    settle(world, rings_out=False)
    if not (away and state.caller == "away"):
        assert world.state.end in HANDOFF_ENDS
        assert all(leg.place == "gone" for leg in world.legs.values()), f"a leg is left: {world.legs}"


@pytest.mark.parametrize("orders", ORDERS)
@pytest.mark.parametrize(
    ("away", "first"),
    [
        pytest.param(False, [], id="call"),
        pytest.param(True, [], id="call-back"),
        pytest.param(False, TRANSFER, id="transfer"),
        pytest.param(False, MOVED, id="queue"),
        pytest.param(False, MENU, id="menu"),
        pytest.param(False, MESSAGE, id="message"),
    ],
)
def test_whatever_the_carrier_loses_or_brings_again_nobody_is_moved_out_of_a_talk_or_left_alone(
    orders: int, away: bool, first: list[tuple[str, int, str]]
) -> None:
    @settings(max_examples=orders, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(st.lists(a_deed, max_size=40), st.lists(st.sampled_from(AGENTS), unique=True), st.booleans())
    def every(deeds: list[tuple[str, int, str]], free: list[int], busy: bool) -> None:
        if first in (MOVED, MENU, MESSAGE):
            play(away, [*first, *deeds], [], busy=first is MOVED)
        else:
            play(away, [*first, *deeds], [7, *free] if first else free, busy)

    every()


@pytest.mark.parametrize(("first", "free"), [(TALKING, [7]), (MOVED, [])])
def test_the_ways_into_a_conversation_are_such(first: list[tuple[str, int, str]], free: list[int]) -> None:
    world = Orders(free, busy=True, away=False)
    world.apply(ev.Briefed())
    for deed in first:
        do(world, deed)
    assert world.state.bridged and world.together


@pytest.mark.parametrize(("first", "place"), [(MENU, "offers"), (MESSAGE, "message")])
def test_the_ways_to_the_menu_and_into_a_message_are_such(first: list[tuple[str, int, str]], place: str) -> None:
    world = Orders([], busy=False, away=False)
    world.apply(ev.Briefed())
    for deed in first:
        do(world, deed)
    assert world.caller.place == place


def test_the_agent_who_comes_free_gets_who_is_leaving_a_message() -> None:
    world = Orders([], busy=False, away=False)
    world.apply(ev.Briefed())
    for deed in MESSAGE:
        do(world, deed)
    world.agents_come([7])
    assert world.caller.place == "message", "only an agent who has accepted breaks in"
    world.act(0, "done")
    for deed in (("agent", 0, "answers"), ("agent", 0, "presses 1"), ("act", 0, "done"), *[("deliver", 0, "once")] * 6):
        do(world, deed)
    assert world.together and world.state.bridged
