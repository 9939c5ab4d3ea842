"""What is in deploy/ names settings, commands and addresses that there are, and leaves time for the drain."""

import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml

from ivr.cli.main import main
from ivr.cli.run import _media, _web
from ivr.settings import Settings
from tests.deploy.tools import DEPLOY
from workers.run import GRACE

pytestmark = pytest.mark.unit

SETTINGS = {str(field.validation_alias) for field in Settings.model_fields.values()}
STORES = {"AWS_ENDPOINT_URL", "AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"}
NAME = re.compile(
    r"^(?:\s*(?:- \{name: )?|Environment=)((?:WARMLINE|TWILIO|AWS)_[A-Z_]+|[A-Z]+_URL)\s*[:=,]", re.MULTILINE
)
ENDS = 3.0  # seconds between the end of the work and the end of the process

FILES = [path for path in sorted(DEPLOY.rglob("*")) if path.is_file()]
UNITS = {kind: DEPLOY / "systemd" / f"warmline-{kind}@.service" for kind in ("web", "media", "worker")}


def settings() -> Settings:
    return Settings(_env_file=None)


def graceful(command: list[str]) -> float:
    return float(command[command.index("--timeout-graceful-shutdown") + 1])


@pytest.fixture(scope="module")
def needs() -> dict[str, float]:
    """Seconds that each kind of process takes to end, at most."""
    s = settings()
    free = s.model_copy(update={"port": 0, "media_port": 0})
    return {
        "web": graceful(_web(free)),
        "media": s.drain_seconds + graceful(_media(free)),
        "worker": GRACE,
    }


def unit_lines(kind: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in UNITS[kind].read_text().splitlines():
        name, equals, value = line.partition("=")
        if equals and not line.startswith("#"):
            found.setdefault(name, []).append(value)
    return found


def seconds(text: str) -> float:
    return float(text.removesuffix("s"))


def compose() -> dict[str, Any]:
    return dict(yaml.safe_load((DEPLOY / "compose" / "compose.yaml").read_text()))


@pytest.mark.parametrize("path", FILES, ids=[str(path.relative_to(DEPLOY)) for path in FILES])
def test_every_setting_that_a_file_names_is_one(path: Path) -> None:
    assert set(NAME.findall(path.read_text())) <= SETTINGS | STORES


def test_the_files_name_settings_where_the_pattern_looks() -> None:
    named = {name for path in FILES for name in NAME.findall(path.read_text())}
    assert {"TWILIO_AUTH_TOKEN", "WARMLINE_SECRET_KEY", "WARMLINE_PORT", "DATABASE_URL", "WARMLINE_MAX_CALLS"} <= named


@pytest.mark.parametrize("kind", list(UNITS))
def test_a_unit_runs_a_command_of_ours_and_stops_it_as_it_wants_to_be(kind: str, needs: dict[str, float]) -> None:
    lines = unit_lines(kind)
    program, *words = shlex.split(lines["ExecStart"][0])
    assert program == "/opt/warmline/.venv/bin/warmline"
    assert main.get_command(None, words[0]) is not None  # type: ignore[arg-type]
    assert words == (["worker"] if kind == "worker" else ["serve", kind])
    assert lines["KillSignal"] == ["SIGTERM"]
    assert lines["KillMode"] == ["mixed"], "the worker and uvicorn tell their own children"
    assert seconds(lines["TimeoutStopSec"][0]) >= needs[kind] + ENDS


def test_a_unit_never_finds_another_folders_database() -> None:
    for kind in UNITS:
        assert unit_lines(kind)["WorkingDirectory"] == ["/var/lib/warmline"]
        assert "WARMLINE_DATA_DIR=/var/lib/warmline" in unit_lines(kind)["Environment"]


@pytest.mark.parametrize("kind", ["web", "media", "worker"])
def test_a_container_is_waited_for_as_long_as_its_process_needs(kind: str, needs: dict[str, float]) -> None:
    service = compose()["services"][kind]
    assert service["command"] == (["worker"] if kind == "worker" else ["serve", kind])
    assert seconds(service["stop_grace_period"]) >= needs[kind] + ENDS


def test_the_hosts_of_the_proxies_are_asked_what_they_answer() -> None:
    for path in (DEPLOY / "haproxy" / "haproxy.cfg", DEPLOY / "compose" / "haproxy.cfg"):
        backends = dict(re.findall(r"^backend (\w+)\n(.*?)(?=^\w|\Z)", path.read_text(), re.MULTILINE | re.DOTALL))
        assert "shutdown-sessions" in backends["webhooks"], "the carrier waits 15 s for a host that is gone"
        assert "shutdown-sessions" not in backends["media"], "who drains keeps the calls that it has"
        assert "httpchk GET /healthz" in backends["web"] and "httpchk GET /healthz" in backends["webhooks"], (
            "without a database web still leads callers to people"
        )
        assert "httpchk GET /readyz" in backends["media"], "who drains gets no new call"


def test_the_two_ways_into_haproxy_and_both_files_treat_calls_alike() -> None:
    one, two = ((DEPLOY / place / "haproxy.cfg").read_text() for place in ("haproxy", "compose"))
    for word in (
        "timeout connect",
        "http-reuse",
        "timeout tunnel",
        "retries",
        "option redispatch",
        "retry-on",
        "hard-stop-after",
        "use_backend",
    ):
        found = [[line.strip() for line in text.splitlines() if line.strip().startswith(word)] for text in (one, two)]
        assert found[0] == found[1] != []


def test_a_pod_is_waited_for_as_long_as_its_process_needs(needs: dict[str, float]) -> None:
    chart = DEPLOY / "helm" / "warmline"
    values = yaml.safe_load((chart / "values.yaml").read_text())
    left = 5  # seconds that a pod waits to be out of the balancers
    assert 'sleep, "5"' in (chart / "templates" / "_helpers.tpl").read_text()
    assert values["web"]["stopSeconds"] + 10 >= left + needs["web"] + ENDS
    assert values["worker"]["stopSeconds"] >= needs["worker"] + ENDS
    assert values["media"]["drainSeconds"] == settings().drain_seconds
    assert "add 5 .Values.media.drainSeconds 15 5" in (chart / "templates" / "media.yaml").read_text()
    assert left + needs["media"] - settings().drain_seconds + ENDS <= 5 + 15 + 5


def test_every_value_of_the_chart_is_used_and_every_used_one_is_there() -> None:
    chart = DEPLOY / "helm" / "warmline"
    templates = "\n".join(path.read_text() for path in (chart / "templates").iterdir())
    values = yaml.safe_load((chart / "values.yaml").read_text())
    used = set(re.findall(r"\.Values\.(\w+(?:\.\w+)?)", templates))
    for name in used:
        first, _, second = name.partition(".")
        assert first in values
        assert not second or first == "settings" or second in values[first]
    whole = {name for name in used if "." not in name}
    by_part = {"resources"}  # read as .values.resources, of each kind
    for first, below in values.items():
        if first in whole or not isinstance(below, dict):
            assert first in {name.partition(".")[0] for name in used}
            continue
        assert set(below) - by_part <= {name.partition(".")[2] for name in used if name.startswith(f"{first}.")}, first


def test_the_image_has_what_a_process_needs_and_no_right_that_it_does_not() -> None:
    text = (DEPLOY / "container" / "Dockerfile").read_text()
    last = text.rpartition("\nFROM ")[2]
    assert re.search(r"^USER 10001", last, re.MULTILINE)
    assert "HEALTHCHECK" in last
    assert "build-essential" not in last
    assert "--require-hashes -r requirements/run.txt" in text
    kept = (DEPLOY / "container" / "Dockerfile.dockerignore").read_text().split("\n")
    for source in re.findall(r"^COPY (?!--)(.+) \S+$", text, re.MULTILINE):
        for name in source.split():
            assert f"!{name}" in kept, f"{name} is copied, but kept out of the build"


def test_nothing_secret_is_written_down_in_the_examples() -> None:
    for path in DEPLOY.rglob("*.env.example"):
        for line in path.read_text().splitlines():
            name, equals, value = line.partition("=")
            if equals and not line.startswith("#") and re.search("TOKEN|KEY|SECRET|PASSWORD|REDIS_URL", name):
                assert value == ""


def test_the_values_are_yaml_and_json_alike() -> None:
    values = yaml.safe_load((DEPLOY / "helm" / "warmline" / "values.yaml").read_text())
    assert json.loads(json.dumps(values)) == values
