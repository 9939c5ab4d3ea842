"""What the supervisor's board shows, read from SQL."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from ivr.desk.live_calls import LiveCall, bot_call
from ivr.desk.queue import announcement
from ivr.desk.wallboard import AgentStatus, Wallboard, read_wallboard
from ivr.store.models import Agent, Brake, Call, Handoff
from ivr.web.pages.agent_screen import InLine, in_line, who
from ivr.web.pages.passed_over import PassedOver, passed_over

SHIFT_PARTS = ("talk", "wrap_up", "available", "breaks")


@dataclass(frozen=True)
class Part:
    """A piece of an agent's bar; `start` and `width` in percent of the longest bar."""

    name: str
    seconds: float
    start: float
    width: float


@dataclass(frozen=True)
class Row:
    """One agent on the board. `passed`: the caller, `passed_who`, for whom their phone is silent now."""

    doing: AgentStatus
    with_whom: str
    passed: PassedOver | None
    passed_who: str
    parts: Sequence[Part]


@dataclass(frozen=True)
class View:
    """The board; `free` and `busy` count people, `with_bot` callers.

    `waiting` is each in line with their hand-off's id, `calls` each of the others with who calls.
    """

    board: Wallboard
    waiting: Sequence[tuple[int, InLine]]
    rows: Sequence[Row]
    calls: Sequence[tuple[LiveCall, str]]
    free: int
    busy: int
    with_bot: int
    longest_since: datetime | None
    within: float


@dataclass(frozen=True)
class Live:
    """One live call as the supervisor follows it; without a `handoff` no person has to do with it, and `bot` says how
    it stands."""

    call: Call
    handoff: Handoff | None
    bot: LiveCall | None
    caller: str
    agent: Agent | None
    listeners: Sequence[tuple[str, str]]
    mode: str | None  # listen, coach, barge: how the one who looks is in it


def read_view(tx: Session, now: datetime, since: datetime, within: float) -> View:
    """The board at `now`; today began at `since`."""
    board = read_wallboard(tx, now, since, within)
    longest = max((_total(doing) for doing in board.agents), default=0.0)
    people = sorted(board.agents, key=lambda doing: doing.agent.name.casefold())
    return View(
        board=board,
        waiting=[(waiting.handoff.id, in_line(tx, waiting)) for waiting in board.waiting],
        rows=[_row(tx, doing, longest, now) for doing in people],
        calls=[(live, who(tx, live.call)) for live in board.live],
        free=sum(doing.presence == "available" for doing in people),
        busy=sum(doing.presence in ("offered", "on-call", "wrap-up") for doing in people),
        with_bot=sum(live.state in ("bot", "card") for live in board.live),
        longest_since=min((waiting.handoff.requested_at for waiting in board.waiting), default=None),
        within=within,
    )


def read_live(tx: Session, handoff_id: int, me: int) -> Live | None:
    """The call of a hand-off with what was said; None when there is none or it is over."""
    whole = joinedload(Handoff.call).options(selectinload(Call.turns))
    handoff = tx.get(Handoff, handoff_id, options=[whole, joinedload(Handoff.agent)])
    if handoff is None or handoff.call.ended_at is not None:
        return None
    names = {agent.id: agent.name for agent in tx.query(Agent)}
    mine = next((one["mode"] for one in handoff.listeners if one["agent"] == me), None)
    listeners = [(names.get(one["agent"], "?"), one["mode"]) for one in handoff.listeners]
    return Live(handoff.call, handoff, None, who(tx, handoff.call), handoff.agent, listeners, mine)


def read_live_of_call(tx: Session, sid: str, me: int, now: datetime) -> Live | None:
    """The same by the call's id: as its hand-off has it, where it has come to one."""
    call = tx.get(Call, sid, options=[selectinload(Call.turns), selectinload(Call.handoffs)])
    if call is None or call.ended_at is not None:
        return None
    if call.handoffs:
        return read_live(tx, call.handoffs[-1].id, me)
    return Live(call, None, bot_call(tx, call, now), who(tx, call), None, (), None)


def read_rules(tx: Session) -> tuple[str, Sequence[Brake]]:
    """What holds for all calls: the announcement, and the brakes by intent."""
    return announcement(tx), tx.scalars(select(Brake).order_by(Brake.intent)).all()


def _row(tx: Session, doing: AgentStatus, longest: float, now: datetime) -> Row:
    passed = passed_over(tx, doing.agent, now)
    name = who(tx, passed.handoff.call) if passed else ""
    return Row(doing, _with_whom(tx, doing), passed, name, _parts(doing, longest))


def _with_whom(tx: Session, doing: AgentStatus) -> str:
    return who(tx, doing.handoff.call) if doing.handoff else ""


def _total(doing: AgentStatus) -> float:
    return float(sum(getattr(doing.load, part) for part in SHIFT_PARTS))


def _parts(doing: AgentStatus, longest: float) -> list[Part]:
    parts, start = [], 0.0
    for name in SHIFT_PARTS:
        seconds = getattr(doing.load, name)
        width = 100 * seconds / longest if longest else 0.0
        parts.append(Part(name, seconds, start, width))
        start += width
    return parts
