"""Which agent is asked: by skill and language, then the longest idle."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar


class Able(Protocol):
    """What routing knows of an agent."""

    @property
    def id(self) -> Any: ...
    @property
    def skills(self) -> Any: ...
    @property
    def languages(self) -> Any: ...
    @property
    def presence_since(self) -> Any: ...


A = TypeVar("A", bound=Able)


@dataclass(frozen=True, slots=True)
class Requirement:
    """What a caller needs of an agent: the skill for `intent`, and `language` (a code like "en")."""

    intent: str = ""
    language: str = "en"


def choose(
    free: Sequence[A], at_desk: Sequence[A], requirement: Requirement, exclude: Collection[int] = ()
) -> A | None:
    """The next agent: a specialist who speaks the language, else any who does; anybody where nobody there does.

    `free` may be asked at once, `at_desk` are all who are there. The longest idle first; never one of `exclude`.
    """
    candidates = [agent for agent in free if agent.id not in exclude]
    language, intent = requirement.language, requirement.intent
    for able in (
        [agent for agent in candidates if language in agent.languages and intent in agent.skills],
        [agent for agent in candidates if language in agent.languages],
        [] if any(language in agent.languages for agent in at_desk) else candidates,
    ):
        if able:
            return min(able, key=_idle)
    return None


def _idle(agent: Able) -> tuple[datetime, int]:
    return agent.presence_since, agent.id
