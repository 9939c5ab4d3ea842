"""Who is signed in where, one-time links to a new password, second factors. Secrets stand as hashes alone."""

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ivr.store.models.base import Base

if TYPE_CHECKING:
    from ivr.store.models.desk import Agent


class SignIn(Base):
    """One browser in which a person is, or was, signed in; the browser has the token, we its hash.

    `ended_why`: signed-out, everywhere, password, roles, disabled, removed.
    """

    __tablename__ = "sign_ins"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agents.id"), index=True)
    stamp: Mapped[str] = mapped_column(String(16))  # of the password at that time
    client: Mapped[str] = mapped_column(String(64))  # "Firefox on Linux": for the person to know it again
    how: Mapped[str] = mapped_column(String(32))  # what was proven: password, password+code, passkey, ...
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    proven_at: Mapped[datetime]  # when the person last proved to be who they are
    ended_at: Mapped[datetime | None]
    ended_why: Mapped[str | None] = mapped_column(String(12))

    agent: Mapped["Agent"] = relationship()


class PasswordLink(Base):
    """A link with which a person chooses a password, once."""

    __tablename__ = "password_links"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agents.id"), index=True)
    by: Mapped[str]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class CodeFactor(Base):
    """An app on a person's phone that makes a new code every half minute."""

    __tablename__ = "code_factors"

    agent_id: Mapped[int] = mapped_column(ForeignKey("agents.id"), primary_key=True)
    secret: Mapped[str]  # encrypted
    last_step: Mapped[int] = mapped_column(default=0)  # half minutes since 1970; codes up to it are spent
    confirmed_at: Mapped[datetime | None]  # None until the first code has been given


class RecoveryCode(Base):
    """For the day on which the phone is lost. Each works once."""

    __tablename__ = "recovery_codes"

    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agents.id"), index=True)
    used_at: Mapped[datetime | None]


class Passkey(Base):
    """A key pair on a person's device; we have the public half. Bytes stand as base64url."""

    __tablename__ = "passkeys"

    id: Mapped[int] = mapped_column(primary_key=True)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agents.id"), index=True)
    credential: Mapped[str] = mapped_column(String(1400), unique=True)
    public_key: Mapped[str] = mapped_column(String(2048))
    sign_count: Mapped[int]
    name: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class ApiKey(Base):
    """With which a machine reads: `scope` is metrics or exports. The key itself is with the machine alone."""

    __tablename__ = "api_keys"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(64), unique=True)
    hash: Mapped[str] = mapped_column(String(64), unique=True)
    scope: Mapped[str] = mapped_column(String(16))
    by: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
