"""The people who may sign in: added, changed, shut out and removed. Whatever takes a right away ends their sign-ins."""

import re
import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from ivr.desk.agents import BUSY, set_presence
from ivr.dialling.phone_numbers import is_browser, is_written_number
from ivr.dialling.policy import BROWSER
from ivr.people import passwords, sign_ins
from ivr.people.roles import ADMIN, ROLES
from ivr.store.models import Agent, Audit, CodeFactor, Passkey, PasswordLink, RecoveryCode, SignIn
from languages import LANGUAGES

NO_PASSWORD = "-"  # noqa: S105  # no hash: nothing matches it


class RosterRefusedError(ValueError):
    """A person was not added or changed; the message says why."""


def find(tx: Session, email: str) -> Agent | None:
    """The person with this address, in whatever case it is written, removed or not."""
    return tx.scalars(select(Agent).where(func.lower(Agent.email) == email.strip().lower())).first()


def all_people(tx: Session) -> Sequence[Agent]:
    """All who have not been removed, by name."""
    return tx.scalars(select(Agent).where(Agent.removed_at.is_(None)).order_by(Agent.name, Agent.id)).all()


def add(
    tx: Session,
    *,
    email: str,
    name: str,
    phone: str,
    now: datetime,
    roles: Sequence[str] = ("agent",),
    skills: Sequence[str] = (),
    languages: Sequence[str] = ("en",),
    password_hash: str = NO_PASSWORD,
    by: str | None = None,
) -> Agent:
    """A new person, away at first. `phone` is a number in E.164 or `client:name`; `by`: for the audit."""
    email, name = _checked_email(tx, email), _checked_name(name)
    agent = Agent(
        email=email, name=name, password_hash=password_hash, roles=_checked_roles(roles), phone=_checked_phone(phone),
        presence="away", presence_since=now, skills=list(skills),
        languages=_checked_languages(languages),
    )  # fmt: skip
    tx.add(agent)
    tx.flush()
    if by is not None:
        _note(tx, by, "person-added", agent, now, {"roles": agent.roles})
    return agent


def change(
    tx: Session,
    agent: Agent,
    by: str,
    now: datetime,
    *,
    email: str | None = None,
    name: str | None = None,
    phone: str | None = None,
    roles: Sequence[str] | None = None,
    skills: Sequence[str] | None = None,
    languages: Sequence[str] | None = None,
) -> list[str]:
    """Change what is given; returns the names of what has changed. Raises RosterRefusedError.

    Other roles than before end the person's sign-ins.
    """
    _present(agent)
    wanted: dict[str, Any] = {
        "email": None if email is None else _checked_email(tx, email, agent.id),
        "name": None if name is None else _checked_name(name),
        "phone": None if phone is None else _checked_phone(phone),
        "roles": None if roles is None else _checked_roles(roles),
        "skills": None if skills is None else list(skills),
        "languages": None if languages is None else _checked_languages(languages),
    }
    changed = [key for key, value in wanted.items() if value is not None and value != getattr(agent, key)]
    if "roles" in changed and ADMIN not in wanted["roles"]:
        _keep_an_admin(tx, agent)
    for key in changed:
        setattr(agent, key, wanted[key])
    if "roles" in changed:
        sign_ins.end_all(tx, agent.id, "roles", now)
    if changed:
        detail = {"what": changed, **({"roles": agent.roles} if "roles" in changed else {})}
        _note(tx, by, "person-changed", agent, now, detail)
    return changed


def set_password(
    tx: Session, agent: Agent, password_hash: str, by: str, now: datetime, keeping: int | None = None
) -> None:
    """A new password, which ends the person's sign-ins but for `keeping`."""
    _present(agent)
    agent.password_hash = password_hash
    tx.flush()
    sign_ins.end_all(tx, agent.id, "password", now, but=keeping)
    if keeping is not None and (row := tx.get(SignIn, keeping)) is not None:
        row.stamp = sign_ins.stamp_of(agent)
    _note(tx, by, "password-changed", agent, now)


def disable(tx: Session, agent: Agent, by: str, now: datetime) -> None:
    """Shut the person out until `enable`: signed out everywhere, offered no calls.

    Raises RosterRefusedError for the last admin.
    """
    _present(agent)
    if agent.disabled_at is not None:
        return
    _keep_an_admin(tx, agent)
    agent.disabled_at = now
    _go_away(tx, agent, now)
    sign_ins.end_all(tx, agent.id, "disabled", now)
    _note(tx, by, "person-disabled", agent, now)


def enable(tx: Session, agent: Agent, by: str, now: datetime) -> None:
    _present(agent)
    if agent.disabled_at is not None:
        agent.disabled_at = None
        _note(tx, by, "person-enabled", agent, now)


def remove(tx: Session, agent: Agent, by: str, now: datetime) -> None:
    """Forget who the person was; the row stays for the calls' history under "Former colleague".

    Raises RosterRefusedError for the last admin.
    """
    _present(agent)
    _keep_an_admin(tx, agent)
    _note(tx, by, "person-removed", agent, now)
    gone = f"removed-{agent.id}"
    agent.email, agent.name, agent.phone = f"{gone}@removed.invalid", f"Former colleague {agent.id}", f"client:{gone}"
    agent.password_hash, agent.roles, agent.skills = NO_PASSWORD, [], []
    agent.removed_at, agent.disabled_at = now, agent.disabled_at or now
    _go_away(tx, agent, now)
    tx.execute(delete(SignIn).where(SignIn.agent_id == agent.id))
    for table in (PasswordLink, CodeFactor, RecoveryCode, Passkey):
        tx.execute(delete(table).where(table.agent_id == agent.id))


def sign_out_everywhere(tx: Session, agent: Agent, by: str, now: datetime, but: int | None = None) -> None:
    sign_ins.end_all(tx, agent.id, "everywhere", now, but=but)
    _note(tx, by, "signed-out-everywhere", agent, now)


def about(agent: Agent, company: str = "") -> list[str]:
    """The words that must not make up this person's password."""
    return [agent.name, agent.email, company]


def random_password() -> str:
    """A password that nobody guesses, for a person who will choose another."""
    while True:
        password = secrets.token_urlsafe(12)
        try:
            passwords.check(password)
        except passwords.WeakPasswordError:
            continue
        return password


def _keep_an_admin(tx: Session, agent: Agent) -> None:
    """The lock makes two admins who demote each other wait for each other."""
    if ADMIN not in agent.roles or agent.disabled_at is not None:
        return
    others = tx.scalars(select(Agent).where(Agent.disabled_at.is_(None)).order_by(Agent.id).with_for_update())
    if not any(ADMIN in other.roles for other in others if other.id != agent.id):
        raise RosterRefusedError(f"{agent.name} is the last admin: make another one first")


def _go_away(tx: Session, agent: Agent, now: datetime) -> None:
    """No more calls; one that goes on is finished first."""
    if agent.presence in BUSY:
        agent.next_presence = "away"
    elif agent.presence != "away":
        set_presence(tx, agent, "away", now)


def _present(agent: Agent) -> None:
    if agent.removed_at is not None:
        raise RosterRefusedError(f"{agent.name} has been removed: add the person anew")


def _checked_email(tx: Session, email: str, own: int | None = None) -> str:
    email = email.strip()
    if not re.fullmatch(r"[^\s@]+@[^\s@]+", email) or len(email) > 255:
        raise RosterRefusedError(f"{email!r} is not an e-mail address like ada@example.com")
    other = find(tx, email)
    if other is not None and other.id != own:
        raise RosterRefusedError(f"there is already an agent with the e-mail address {email!r}: choose another")
    return email


def _checked_name(name: str) -> str:
    if not name.strip() or len(name.strip()) > 255:
        raise RosterRefusedError("the name is empty or too long")
    return name.strip()


def _checked_phone(phone: str) -> str:
    phone = phone.strip()
    if is_browser(phone) and not BROWSER.fullmatch(phone):
        raise RosterRefusedError(f"phone {phone!r}: the name after client: is of letters, digits and . _ @ + - alone")
    if not is_written_number(phone) and not re.fullmatch(r"(client|sip):\S{1,200}", phone):
        raise RosterRefusedError(f"phone {phone!r} is not a number like +15551230000 nor client:name")
    return phone


def _checked_roles(roles: Sequence[str]) -> list[str]:
    unknown = [role for role in roles if role not in ROLES]
    if unknown:
        raise RosterRefusedError(f"role {unknown[0]!r} is none of {', '.join(ROLES)}")
    return list(dict.fromkeys(roles))


def _checked_languages(languages: Sequence[str]) -> list[str]:
    unknown = [language for language in languages if language not in LANGUAGES]
    if unknown or not languages:
        told = f"language {unknown[0]!r} is" if unknown else "the languages are"
        raise RosterRefusedError(f"{told} none of {', '.join(LANGUAGES)}")
    return list(dict.fromkeys(languages))


def _note(tx: Session, by: str, action: str, agent: Agent, now: datetime, detail: dict[str, Any] | None = None) -> None:
    tx.add(Audit(at=now, actor=by, action=action, subject=f"agent:{agent.id}", detail=detail or {}))
