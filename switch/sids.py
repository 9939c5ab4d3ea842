"""Identifiers and dates as the carrier writes them."""

import secrets
from datetime import UTC, datetime
from email.utils import format_datetime


def new_sid(prefix: str) -> str:
    """`prefix` (CA, CF, RE, MZ, SM, ...) and 32 lower-case hexadecimal digits."""
    return prefix + secrets.token_hex(16)


def now() -> datetime:
    return datetime.now(UTC)


def rfc2822(moment: datetime | None) -> str | None:
    """The form of REST and of callbacks: `Mon, 02 Mar 2026 09:00:00 +0000`."""
    return None if moment is None else format_datetime(moment)


def iso8601(moment: datetime) -> str:
    """The form of stream callbacks: `2026-03-02T09:00:00.123Z`."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"
