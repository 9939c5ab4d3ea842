"""The bench of a cluster: HAProxy as it is deployed, its log read rightly, and losses told as they were."""

import os
import re
import shutil
from pathlib import Path

import pytest

from bench.cluster.bench import figures, store_figures
from bench.cluster.namespaces import Namespace, NoNamespacesError, joined
from bench.cluster.proxy import CONFIG, Webhook, line_config, stores_config, webhooks
from bench.cluster.world import ADDRESSES, Work
from bench.faults.callers import Caller
from bench.faults.sounds import KnownSounds

pytestmark = pytest.mark.unit


def logged(server: str, timers: str, status: int, request: str) -> str:
    """A line as HAProxy writes it."""
    told = f"{server} {timers} {status} 512 - - ---- 9/9/0/0/+1 0/0"
    return f'10.77.0.254:50112 [30/Nov/2026:13:59:40.123] line {told} "{request} HTTP/1.1"'


LOG = (
    logged("webhooks/web1", "0/0/0/12/14", 200, "POST /voice/incoming"),
    logged("webhooks/web2", "0/0/1003/9/1012", 200, "POST /handoff/3/wait"),
    logged("web/web2", "0/0/0/9/9", 200, "GET /voice/audio/music.wav"),
    logged("media/media1", "0/0/1/2/30021", 101, "GET /media"),
    logged("webhooks/<NOSRV>", "0/-1/-1/-1/3", 503, "POST /voice/status"),
    "[WARNING] (12) : Server web/web1 is DOWN",
)


def test_the_times_of_webhooks_are_read_and_nothing_else() -> None:
    assert webhooks(LOG) == [
        Webhook(14.0, 200, "/voice/incoming"),
        Webhook(1012.0, 200, "/handoff/3/wait"),
        Webhook(3.0, 503, "/voice/status"),
    ]


def test_the_proxy_is_the_one_that_is_deployed_but_for_its_certificate() -> None:
    text = line_config("10.77.0.1", 8000)
    assert "bind 10.77.0.1:8000" in text and "ssl crt" not in text
    ours = {line for line in CONFIG.read_text().splitlines() if "bind" not in line and "X-Forwarded-Proto" not in line}
    assert ours <= set(text.splitlines())


def test_the_hosts_have_the_addresses_that_the_proxy_knows() -> None:
    found = re.findall(r"^ +server (\w+) 10\.77\.0\.(\d+):", CONFIG.read_text(), re.MULTILINE)
    assert dict(found) == {name: str(last) for name, last in ADDRESSES.items() if not name.startswith("worker")}


def test_the_stores_stand_at_ports_of_one_address(tmp_path: Path) -> None:
    text = stores_config("10.77.0.254", {"redis": (6379, tmp_path / "redis.sock")})
    assert "bind 10.77.0.254:6379" in text and f"server own unix@{tmp_path}/redis.sock" in text


def test_a_caller_who_heard_nothing_is_lost_and_the_slowest_webhooks_are_told() -> None:
    caller = Caller("balance", "2749", KnownSounds())
    told = figures(
        [(caller, "lost")], [Webhook(float(ms), 200, "/") for ms in range(1, 101)] + [Webhook(5.0, 503, "/")]
    )
    assert (told["calls"], told["lost"], told["right"]) == (1, 1, 0)
    assert told["webhooks failed"] == 1
    assert 97 <= told["webhooks p99 ms"] <= 100


def test_what_the_stores_do_for_nobody_is_not_the_calls() -> None:
    idle = Work(0.0, 0, 0, 0), Work(10.0, 100, 20, 1000)
    busy = idle[1], Work(110.0, 100 + 1000 + 300, 20 + 200 + 100, 1000 + 10000 + 50)
    told = store_figures(idle, busy, 10)
    assert (told["commits a second, idle"], told["commits a call"]) == (10.0, 30.0)
    assert (told["rows a call"], told["commands a call"]) == (10.0, 5.0)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may")
def test_who_is_not_root_is_told_so() -> None:
    if shutil.which("haproxy", path="/usr/sbin:/usr/bin") is None:
        pytest.skip("haproxy is not installed (Debian: haproxy)")
    with pytest.raises(NoNamespacesError, match="Only root"), joined([Namespace("x", "10.77.0.99")]):
        pass


def test_without_haproxy_its_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bench.cluster.namespaces.shutil.which", lambda name, path: None if name == "haproxy" else name)
    with pytest.raises(NoNamespacesError, match="apt-get install haproxy"), joined([]):
        pass
