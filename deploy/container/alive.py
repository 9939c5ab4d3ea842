"""The container's health check: exit 0 when its web or media process answers /healthz."""

import os
import sys
import urllib.request

PORTS = (os.environ.get("WARMLINE_PORT", "8080"), os.environ.get("WARMLINE_MEDIA_PORT", "8081"))
SECONDS = 2.0


def alive(port: str) -> bool:
    """Whether a process of this container answers there."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=SECONDS) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


if __name__ == "__main__":
    sys.exit(0 if any(alive(port) for port in PORTS) else 1)
