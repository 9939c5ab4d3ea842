"""What the switch must know of the account and the number it stands in for."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class SwitchConfig:
    """One account with one number. Times in seconds; `port` 0 takes any free port."""

    account_sid: str
    auth_token: str
    number: str
    voice_url: str
    fallback_url: str
    status_url: str
    folder: Path
    host: str = "127.0.0.1"
    port: int = 8090
    recording_delay: float = 0.3
    app_url: str = ""  # asked when a client calls, as the account's application says
    ring_grace: float = 5.0  # the carrier rings this much longer than asked
    webhook_timeout: float = 15.0
