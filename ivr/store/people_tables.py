"""People's tables: who is signed in where, and one-time links to a new password. Secrets stand as hashes alone."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ivr.store.models import Agent, Base


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

    agent: Mapped[Agent] = relationship()


class PasswordLink(Base):
    """A link with which a person chooses a password, once."""

    __tablename__ = "password_links"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agents.id"), index=True)
    by: Mapped[str]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
