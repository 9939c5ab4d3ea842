"""Alerts, dashboard and runbook belong together: each figure is told by the line, each alert leads to its section."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import CollectorRegistry, ProcessCollector
from redis import Redis

from ivr.metrics.process import WorkerCollector
from tests.deploy.tools import DEPLOY, ROOT, passes, tool

pytestmark = pytest.mark.integration

PROMETHEUS = DEPLOY / "prometheus"
RUNBOOK = ROOT / "docs" / "runbook.md"
NAME = re.compile(r"\b((?:warmline|process)_[a-z_]+)\b")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def alerts() -> list[dict[str, Any]]:
    groups = yaml.safe_load((PROMETHEUS / "alerts.yml").read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


def panels() -> list[dict[str, Any]]:
    return list(json.loads((DEPLOY / "grafana" / "warmline.json").read_text())["panels"])


def asked() -> Iterator[str]:
    """Every expression that an alert or a panel asks Prometheus for."""
    yield from (rule["expr"] for rule in alerts())
    yield from (target["expr"] for panel in panels() for target in panel.get("targets", ()))


@pytest.fixture
def told(redis: Redis) -> dict[str, set[str]]:
    """The line's figures, as they are frozen and as a process tells them, with their labels."""
    frozen = yaml.safe_load((ROOT / "tests/project/shapes/frozen/metrics.yaml").read_text())
    found = {
        name: set(re.findall(r"\w+", shape.partition("(")[2]))
        for part in frozen.values()
        for name, shape in part.items()
    }
    own = CollectorRegistry()
    own.register(WorkerCollector(redis))
    ProcessCollector(registry=own)
    for family in own.collect():
        found |= {sample.name: set(sample.labels) for sample in family.samples}
    return found


def anchor(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def test_every_figure_that_is_asked_for_is_told(told: dict[str, set[str]]) -> None:
    assert {name for text in asked() for name in NAME.findall(text)} - set(told) == set()


def test_every_figure_is_asked_for_with_labels_that_it_has(told: dict[str, set[str]]) -> None:
    of_prometheus = {"job", "instance", "part", "namespace"}
    for text in asked():
        for name, inside in re.findall(r"\b(warmline_[a-z_]+)\{([^}]*)\}", text):
            assert set(re.findall(r"(\w+)\s*(?:=|!=|=~|!~)", inside)) <= told[name] | of_prometheus, name


def test_every_figure_of_the_line_is_on_the_dashboard(told: dict[str, set[str]]) -> None:
    shown = {name for panel in panels() for target in panel.get("targets", ()) for name in NAME.findall(target["expr"])}
    stems = {
        re.sub(r"_(bucket|g?count|g?sum|created|total)$", "", name) for name in told if name.startswith("warmline_")
    }
    assert stems - {re.sub(r"_(bucket|total)$", "", name) for name in shown} == set()


def test_every_alert_leads_to_a_section_of_the_runbook() -> None:
    anchors = {anchor(heading) for heading in HEADING.findall(RUNBOOK.read_text())}
    for rule in alerts():
        page, _, section = rule["annotations"]["runbook"].partition("#")
        assert (ROOT / page) == RUNBOOK
        assert section in anchors, f"{rule['alert']} leads to a section that is not there: {section}"
        assert rule["labels"]["severity"] in ("page", "ticket")


def test_every_section_of_the_runbook_names_its_alerts_and_a_first_command() -> None:
    text = RUNBOOK.read_text()
    by_section: dict[str, set[str]] = {}
    for rule in alerts():
        by_section.setdefault(rule["annotations"]["runbook"].partition("#")[2], set()).add(rule["alert"])
    for section in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        heading, _, body = section.partition("\n")
        named = set(re.findall(r"`(Warmline\w+)`", body))
        assert named == by_section.get(anchor(heading), set()), heading
        if named:
            for word in ("**Seen**", "**First**", "**Means**", "**Mend**"):
                assert word in body, f"{heading} lacks {word}"


def test_no_panel_covers_another() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in panels():
        at = panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert not cells & taken and at["x"] + at["w"] <= 24, panel["title"]
        taken |= cells


def test_prometheus_takes_the_rules_and_they_fire_when_they_should(tmp_path: Path) -> None:
    promtool = tool("promtool")
    for name in ("alerts.yml", "alerts_test.yml"):
        (tmp_path / name).write_text((PROMETHEUS / name).read_text())
    passes(promtool, "check", "rules", tmp_path / "alerts.yml")
    passes(promtool, "test", "rules", "alerts_test.yml", cwd=tmp_path)


def test_prometheus_takes_its_configuration() -> None:
    passes(tool("promtool"), "check", "config", "--syntax-only", PROMETHEUS / "prometheus.yml")


def test_prometheus_takes_every_expression_of_the_dashboard(tmp_path: Path) -> None:
    promtool = tool("promtool")
    rules = [{"record": f"panel_{number}", "expr": text} for number, text in enumerate(asked())]
    file = tmp_path / "panels.yml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "panels", "rules": rules}]}))
    passes(promtool, "check", "rules", file)
