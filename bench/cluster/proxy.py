"""HAProxy as deploy/haproxy/haproxy.cfg has it, without TLS, and the webhooks' times from its log."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

CONFIG = Path(__file__).parents[2] / "deploy" / "haproxy" / "haproxy.cfg"
BIND = re.compile(r"^ +bind :443 .*$", re.MULTILINE)
HTTPS = re.compile(r"^ +http-request set-header X-Forwarded-Proto https$", re.MULTILINE)
TIMES = r" webhooks/\S+ [\d-]+/[\d-]+/[\d-]+/[\d-]+/(?P<ms>\d+) (?P<status>\d+) "
WEBHOOK = re.compile(TIMES + r'.*"POST (?P<path>/(?:voice|handoff|card)/[^ ?]*)')


def line_config(address: str, port: int) -> str:
    """The file that hosts are deployed with, listening in the clear at `address`."""
    text, many = BIND.subn(f"    bind {address}:{port}", CONFIG.read_text())
    if many != 1:
        raise ValueError(f"{CONFIG} has {many} lines that bind :443, not one")
    return HTTPS.sub("", text)


def stores_config(address: str, sockets: dict[str, tuple[int, Path]]) -> str:
    """Unix sockets of this machine as ports at `address`: name -> port, path."""
    parts = [
        f"listen {name}\n    bind {address}:{port}\n    server own unix@{path}"
        for name, (port, path) in sockets.items()
    ]
    head = "global\n    maxconn 4000\ndefaults\n    mode tcp\n    timeout connect 2s\n    timeout client 1h\n"
    return "\n".join([f"{head}    timeout server 1h", *parts, ""])


@dataclass(frozen=True, slots=True)
class Webhook:
    """One webhook: milliseconds from its first byte to its answer's last, its status, its address."""

    ms: float
    status: int
    path: str


def webhooks(log: Iterable[str]) -> list[Webhook]:
    """Every webhook in the log."""
    found = (WEBHOOK.search(line) for line in log)
    return [Webhook(float(one["ms"]), int(one["status"]), one["path"]) for one in found if one]
