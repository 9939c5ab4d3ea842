"""Passkeys (WebAuthn): registered by who is signed in, and proof of who one is, at the door and before what matters."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from ivr.store.idempotency import first_time
from ivr.store.models import Agent, Audit, Passkey

MOST = 20  # of one person


class PasskeyRefusedError(ValueError):
    """A passkey was not accepted; the message says why."""


@dataclass(frozen=True)
class Site:
    """For which site passkeys are made: they work on no other."""

    host: str
    origin: str
    name: str

    @classmethod
    def at(cls, public_url: str, name: str) -> "Site":
        parts = urlsplit(public_url)
        return cls(parts.hostname or "", f"{parts.scheme}://{parts.netloc}", name)


def of_person(tx: Session, agent_id: int) -> Sequence[Passkey]:
    return tx.scalars(select(Passkey).where(Passkey.agent_id == agent_id).order_by(Passkey.id)).all()


def ask_to_register(tx: Session, agent: Agent, site: Site) -> tuple[str, str]:
    """What the browser needs to make one, as JSON, and the challenge in it."""
    options = generate_registration_options(
        rp_id=site.host, rp_name=site.name, user_id=f"warmline-{agent.id}".encode(), user_name=agent.email,
        user_display_name=agent.name, exclude_credentials=_known(tx, agent.id),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
    )  # fmt: skip
    return options_to_json(options), bytes_to_base64url(options.challenge)


def register(tx: Session, agent: Agent, site: Site, answer: str, challenge: str, name: str, now: datetime) -> Passkey:
    """Keep the passkey that the browser has made. Raises PasskeyRefusedError."""
    if len(of_person(tx, agent.id)) >= MOST:
        raise PasskeyRefusedError(f"you have {MOST} passkeys: remove one first")
    _spend(tx, challenge, now)
    try:
        made = verify_registration_response(
            credential=answer, expected_challenge=base64url_to_bytes(challenge), expected_rp_id=site.host,
            expected_origin=site.origin, require_user_verification=True,
        )  # fmt: skip
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise PasskeyRefusedError("the passkey could not be checked: try again") from error
    credential = bytes_to_base64url(made.credential_id)
    if tx.scalar(select(Passkey.id).where(Passkey.credential == credential)) is not None:
        raise PasskeyRefusedError("this passkey is known already")
    row = Passkey(
        agent_id=agent.id, credential=credential, public_key=bytes_to_base64url(made.credential_public_key),
        sign_count=made.sign_count, name=name.strip()[:64] or "Passkey", created_at=now,
    )  # fmt: skip
    tx.add(row)
    _note(tx, agent.email, "factor-added", agent.id, now)
    return row


def remove(tx: Session, agent: Agent, passkey_id: int, by: str, now: datetime) -> bool:
    """False where the person has no such passkey."""
    row = tx.get(Passkey, passkey_id)
    if row is None or row.agent_id != agent.id:
        return False
    tx.delete(row)
    _note(tx, by, "factor-removed", agent.id, now)
    return True


def ask(tx: Session, site: Site, agent_id: int | None = None) -> tuple[str, str]:
    """What the browser needs to use one, as JSON, and the challenge; of `agent_id` alone, or of whoever has one."""
    options = generate_authentication_options(
        rp_id=site.host, allow_credentials=_known(tx, agent_id) if agent_id else [],
        user_verification=UserVerificationRequirement.REQUIRED,
    )  # fmt: skip
    return options_to_json(options), bytes_to_base64url(options.challenge)


def recognise(tx: Session, site: Site, answer: str, challenge: str, now: datetime) -> Agent:
    """The person whose passkey has answered the challenge, which is spent by it. Raises PasskeyRefusedError."""
    _spend(tx, challenge, now)
    row = tx.scalar(select(Passkey).where(Passkey.credential == _credential_of(answer)).with_for_update())
    agent = tx.get(Agent, row.agent_id) if row else None
    if row is None or agent is None or agent.disabled_at is not None:
        raise PasskeyRefusedError("this passkey is not known here")
    try:
        shown = verify_authentication_response(
            credential=answer, expected_challenge=base64url_to_bytes(challenge), expected_rp_id=site.host,
            expected_origin=site.origin, credential_public_key=base64url_to_bytes(row.public_key),
            credential_current_sign_count=row.sign_count, require_user_verification=True,
        )  # fmt: skip
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise PasskeyRefusedError("the passkey could not be checked: try again") from error
    row.sign_count, row.used_at = shown.new_sign_count, now
    return agent


def _spend(tx: Session, challenge: str, now: datetime) -> None:
    """A challenge is answered once."""
    if not challenge or not first_time(tx, f"passkey:{hashlib.sha256(challenge.encode()).hexdigest()}", now):
        raise PasskeyRefusedError("this took too long: try again")


def _known(tx: Session, agent_id: int) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(row.credential)) for row in of_person(tx, agent_id)]


def _credential_of(answer: str) -> str:
    try:
        return str(json.loads(answer)["id"])[:1400]
    except (ValueError, KeyError, TypeError):
        raise PasskeyRefusedError("the passkey could not be read: try again") from None


def _note(tx: Session, by: str, action: str, agent_id: int, now: datetime) -> None:
    tx.add(Audit(at=now, actor=by, action=action, subject=f"agent:{agent_id}", detail={"factor": "passkey"}))
