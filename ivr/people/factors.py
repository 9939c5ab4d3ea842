"""The second factor: codes of an app (TOTP), each good once, and recovery codes for the day the phone is lost."""

import base64
import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pyotp
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from ivr.secret_keys import persistent_key
from ivr.store.models import Agent, Audit, CodeFactor, Passkey, RecoveryCode

STEP = 30  # seconds
DRIFT = 1  # steps that a phone's clock may be off
RECOVERY_CODES = 10
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # none is taken for another
NONCE = 12


class UnreadableSecretError(LookupError):
    """A secret was kept under another key than ours."""


@dataclass(frozen=True)
class Factors:
    """Which second factors a person has beside the password."""

    codes: bool
    passkeys: int
    recovery: int  # codes left

    @property
    def any(self) -> bool:
        return self.codes or self.passkeys > 0


class SecretBox:
    """Keeps secrets encrypted, each bound to its person."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    @classmethod
    def from_settings(cls, secret_key: str, data_dir: Path) -> "SecretBox":
        """With a key made from the setting's secret key, where there is one, so that all web hosts can read it."""
        if secret_key:
            return cls(hashlib.sha256(b"second factors\0" + secret_key.encode()).digest())
        return cls(persistent_key(data_dir, "second-factors"))

    def seal(self, secret: str, agent_id: int) -> str:
        nonce = secrets.token_bytes(NONCE)
        return base64.b64encode(nonce + self._cipher.encrypt(nonce, secret.encode(), str(agent_id).encode())).decode()

    def open(self, sealed: str, agent_id: int) -> str:
        """What `seal` was given. Raises UnreadableSecretError."""
        data = base64.b64decode(sealed)
        try:
            return self._cipher.decrypt(data[:NONCE], data[NONCE:], str(agent_id).encode()).decode()
        except InvalidTag as error:
            raise UnreadableSecretError(
                f"the second factor of person {agent_id} was kept under another key: is WARMLINE_SECRET_KEY, or the "
                "folder keys, another one than before? If it is lost, take the factor off and set it up anew"
            ) from error


def factors_of(tx: Session, agent_id: int) -> Factors:
    codes = select(CodeFactor.agent_id).where(CodeFactor.agent_id == agent_id, CodeFactor.confirmed_at.is_not(None))
    passkeys = select(func.count()).select_from(Passkey).where(Passkey.agent_id == agent_id)
    left = select(func.count()).select_from(RecoveryCode)
    left = left.where(RecoveryCode.agent_id == agent_id, RecoveryCode.used_at.is_(None))
    return Factors(tx.scalar(codes) is not None, tx.scalar(passkeys) or 0, tx.scalar(left) or 0)


def begin_codes(tx: Session, agent: Agent, box: SecretBox) -> str:
    """The secret for the person's app; it counts only after `confirm_codes`. The same again until then."""
    row = tx.get(CodeFactor, agent.id)
    if row is not None and row.confirmed_at is None:
        return box.open(row.secret, agent.id)
    if row is not None:
        raise ValueError("the app is set up already: take it off first")
    secret = pyotp.random_base32()
    tx.add(CodeFactor(agent_id=agent.id, secret=box.seal(secret, agent.id)))
    return secret


def address_of(secret: str, agent: Agent, company: str) -> str:
    """The `otpauth://` address that the app reads as a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=agent.email, issuer_name=company)


def confirm_codes(tx: Session, agent: Agent, code: str, box: SecretBox, now: datetime) -> list[str] | None:
    """Switch the app on with its first code; the recovery codes, shown this once. None when the code is wrong."""
    row = tx.get(CodeFactor, agent.id)
    if row is None or row.confirmed_at is not None or not _spend_code(tx, row, code, box, now):
        return None
    row.confirmed_at = now
    _note(tx, agent.email, "factor-added", agent.id, now, {"factor": "codes"})
    return new_recovery_codes(tx, agent.id)


def new_recovery_codes(tx: Session, agent_id: int) -> list[str]:
    """Ten new ones in place of all earlier."""
    tx.execute(delete(RecoveryCode).where(RecoveryCode.agent_id == agent_id))
    codes = [
        "-".join("".join(secrets.choice(ALPHABET) for _ in range(5)) for _ in range(2)) for _ in range(RECOVERY_CODES)
    ]
    tx.add_all(RecoveryCode(hash=_hash(code, agent_id), agent_id=agent_id) for code in codes)
    return codes


def check_code(tx: Session, agent_id: int, code: str, box: SecretBox, now: datetime) -> str | None:
    """Spend a code of the app or a recovery code: "code" or "recovery", None when it is neither or was used."""
    row = tx.get(CodeFactor, agent_id)
    if row is not None and row.confirmed_at is not None and _spend_code(tx, row, code, box, now):
        return "code"
    spent = tx.execute(
        update(RecoveryCode)
        .where(RecoveryCode.hash == _hash(code, agent_id), RecoveryCode.used_at.is_(None))
        .values(used_at=now)
    )
    return "recovery" if _count(spent) == 1 else None


def take_off_codes(tx: Session, agent: Agent, by: str, now: datetime) -> None:
    """Switch the app off, and void its recovery codes."""
    gone = _count(tx.execute(delete(CodeFactor).where(CodeFactor.agent_id == agent.id)))
    tx.execute(delete(RecoveryCode).where(RecoveryCode.agent_id == agent.id))
    if gone:
        _note(tx, by, "factor-removed", agent.id, now, {"factor": "codes"})


def reset_factors(tx: Session, agent: Agent, by: str, now: datetime) -> None:
    """Remove every second factor, for somebody who has lost them all."""
    take_off_codes(tx, agent, by, now)
    if _count(tx.execute(delete(Passkey).where(Passkey.agent_id == agent.id))):
        _note(tx, by, "factor-removed", agent.id, now, {"factor": "passkeys"})


def _spend_code(tx: Session, row: CodeFactor, code: str, box: SecretBox, now: datetime) -> bool:
    """Whether it is the code of one of the steps about now, later than the last that was used."""
    digits = "".join(code.split())
    totp, step = pyotp.TOTP(box.open(row.secret, row.agent_id)), int(now.timestamp()) // STEP
    around = range(step - DRIFT, step + DRIFT + 1)
    found = [one for one in around if secrets.compare_digest(totp.at(one * STEP).encode(), digits.encode())]
    if not found:
        return False
    newer = update(CodeFactor).where(CodeFactor.agent_id == row.agent_id, CodeFactor.last_step < found[-1])
    return _count(tx.execute(newer.values(last_step=found[-1]))) == 1


def _random(signs: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(signs))


def _hash(code: str, agent_id: int) -> str:
    bare = "".join(sign for sign in code.lower() if sign.isalnum())
    return hashlib.sha256(f"{agent_id}:{bare}".encode()).hexdigest()


def _note(tx: Session, by: str, action: str, agent_id: int, now: datetime, detail: dict[str, Any]) -> None:
    tx.add(Audit(at=now, actor=by, action=action, subject=f"agent:{agent_id}", detail=detail))


def _count(result: Any) -> int:
    return int(result.rowcount)
