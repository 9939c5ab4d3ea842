"""Sign-in by an identity provider (OpenID Connect): who a person is by a verified address, with roles where told."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from ivr.people import roster
from ivr.people.roles import ROLES
from ivr.store.models import Agent

BY = "single sign-on"


class SignInRefusedError(ValueError):
    """The provider knows the person, but they may not sign in here; the message says why."""


@dataclass(frozen=True)
class Rules:
    """`domains`: of the addresses let in; all where none is named. `roles`: the claim's value -> a role of ours.

    With `claim` set, the provider says who has which role, at every sign-in. `create`: strangers with a role are added.
    """

    domains: frozenset[str] = frozenset()
    claim: str = ""
    roles: Mapping[str, str] = field(default_factory=dict)
    create: bool = False


def person_of_claims(tx: Session, claims: Mapping[str, Any], rules: Rules, now: datetime) -> Agent:
    """The person whom these checked claims name, changed or added as the rules say.

    Raises SignInRefusedError and RosterRefusedError.
    """
    email = str(claims.get("email") or "").strip().lower()
    if not email or claims.get("email_verified") not in (True, "true"):
        raise SignInRefusedError("your provider has not verified your e-mail address")
    if rules.domains and email.rpartition("@")[2] not in rules.domains:
        raise SignInRefusedError("addresses of this domain are not let in")
    roles = _roles(claims, rules)
    agent = roster.find(tx, email)
    if agent is None:
        return _added(tx, email, claims, roles, rules, now)
    if agent.disabled_at is not None:
        raise SignInRefusedError("you are not let in here: ask an admin")
    if roles is not None and set(roles) != set(agent.roles):
        roster.change(tx, agent, BY, now, roles=roles)
    return agent


def _added(
    tx: Session, email: str, claims: Mapping[str, Any], roles: list[str] | None, rules: Rules, now: datetime
) -> Agent:
    if not rules.create or not roles:
        raise SignInRefusedError("nobody has this e-mail address here: ask an admin")
    local = re.sub(r"[^a-z0-9_.-]", "-", email.partition("@")[0])
    name = str(claims.get("name") or local)[:255]
    return roster.add(tx, email=email, name=name, phone=f"client:{local}", roles=roles, now=now, by=BY)


def _roles(claims: Mapping[str, Any], rules: Rules) -> list[str] | None:
    """The roles that the provider tells; None where it is not asked.

    Raises SignInRefusedError when it tells none of ours.
    """
    if not rules.claim:
        return None
    told = claims.get(rules.claim)
    values = [told] if isinstance(told, str) else told if isinstance(told, list) else []
    roles = [role for role in ROLES if role in {rules.roles.get(str(value)) for value in values}]
    if not roles:
        raise SignInRefusedError("your provider names no role for you here")
    return roles
