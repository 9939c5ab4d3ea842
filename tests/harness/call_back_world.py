"""Call-backs in a hand-off's surroundings, as far as a test wants them."""

from ivr.store.models import Agent, Call, CallBack
from tests.fakes.fake_carrier import leg
from tests.harness.handoff_world import CALLER, World

DIALLED = leg(2)  # the second call that the fake carrier is asked to make


def booked(world: World) -> CallBack:
    """Ann is busy; the caller presses 0 and confirms his number."""
    world.agent("ann", "on-call")
    world.parked()
    world.hook("queue", CallSid=CALLER)
    world.hook("key", CallSid=CALLER, Digits="0")
    world.hook("number", CallSid=CALLER, Digits="1")
    world.service.caller_gone(CALLER)
    with world.sessions.begin() as tx:
        tx.get_one(Call, CALLER).ended_at = world.clock.now()
    return promise(world)


def promise(world: World) -> CallBack:
    with world.sessions() as tx:
        return tx.get_one(CallBack, 1)


def trying(world: World) -> World:
    """The first try: ann has become free, is rung, accepts and is in the conference."""
    booked(world)
    world.clock.forward(10)
    world.run_due()
    world.id = 2
    world.run_due()
    free(world)
    world.hook("1/agent", CallSid=leg(1))
    world.hook("1/accept", CallSid=leg(1), Digits="1")
    world.joins("agent-1", leg(1))
    return world


def free(world: World) -> None:
    with world.sessions.begin() as tx:
        tx.get_one(Agent, 1).presence = "wrap-up"
    world.service.presence(1, "available")
