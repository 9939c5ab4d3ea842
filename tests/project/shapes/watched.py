"""What machines and open pages read: liveness, figures, live news, log lines."""

import ast
import json
import logging
import re
import sys
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from prometheus_client import CollectorRegistry
from prometheus_client.core import Metric
from starlette.testclient import TestClient

import app
import ivr
import workers
from ivr.channels.media_app import make_media_app
from ivr.logs import JsonLines, about_call
from ivr.metrics.process import ErrorFigures, WebhookFigures, media_registry
from ivr.web.event_streams import BEAT, GREETING, Hub, Post
from tests.project.shapes.example import shape_of
from tests.project.shapes.http import some_settings
from tests.project.shapes.stories import seen

NONE: Any = None


def liveness() -> dict[str, Any]:
    """What `/health`, `/healthz` and `/readyz` answer, of both processes."""
    media = make_media_app(NONE, NONE, NONE, NONE, NONE)
    with some_settings() as settings:
        clients = {"web": TestClient(app.create_web(settings)), "media": TestClient(media)}
        return {
            name: {path: shape_of(client.get(path).json()) for path in ("/health", "/healthz", "/readyz")}
            for name, client in clients.items()
        }


def metrics() -> dict[str, Any]:
    """Every metric with its kind and labels: of the line, of a media process, and of each web process by itself."""
    media, own = media_registry(lambda: 0, lambda: 0), CollectorRegistry()
    WebhookFigures(own).note("/voice/incoming", 200, 0.02, "line")
    ErrorFigures(own).emit(logging.makeLogRecord({"name": "ivr.web"}))
    return {
        "web": _metrics(seen().metrics),
        "media": _metrics(media.collect()),
        "web process": _metrics(own.collect()),
    }


def _metrics(found: Any) -> dict[str, str]:
    families: list[Metric] = list(found)
    return {
        name: f"{family.type} ({', '.join(labels)})"
        for family in families
        if not family.name.startswith("process_")  # the client's own
        for name, labels in {sample.name: sorted(sample.labels) for sample in family.samples}.items()
    }


def live() -> dict[str, Any]:
    """The events of a page's stream, and what the news is of: kind by topic."""
    hub, post = Hub("redis://nowhere.test"), Post()
    hub.follow(post, frozenset({"desk"}))
    hub._carry("desk", {"kind": "handoff", "ref": "1"})
    told = (GREETING + BEAT + post.take()).decode()
    events = re.findall(r"event: (\w+)\ndata: (.*)\n", told)
    return {
        "events": {name: shape_of(json.loads(data)) for name, data in events},
        "news": sorted({*(f"{topic}: {kind}" for topic, kind in seen().news), *_published()}),
    }


def _published() -> Iterator[str]:
    """What is published anywhere, also what no story came to."""
    for node in _sources():
        match node:
            case ast.Call(func=ast.Attribute(attr="publish"), args=[topic, ast.Constant(value=str(kind)), *_]):
                begins = topic.values[0] if isinstance(topic, ast.JoinedStr) else topic
                if isinstance(begins, ast.Constant) and isinstance(begins.value, str):
                    yield f"{begins.value.rstrip(':')}: {kind}"


def logs() -> dict[str, Any]:
    """The keys of a JSON line, and every key that any line may add."""
    about_call("CA1")
    try:
        raise ValueError
    except ValueError:
        record = logging.makeLogRecord({"msg": "", "exc_info": sys.exc_info()})
    finally:
        line = json.loads(JsonLines().format(record))
        about_call(None)
    return {"line": sorted(line), "extra": sorted(set(_extras()))}


def _extras() -> Iterator[str]:
    for node in _sources():
        match node:
            case ast.keyword(arg="extra", value=ast.Dict(keys=keys)):
                yield from (str(key.value) for key in keys if isinstance(key, ast.Constant))


@cache
def _sources() -> Sequence[ast.AST]:
    """Every expression of the line and its workers."""
    files = [file for package in (ivr, workers) for folder in package.__path__ for file in Path(folder).rglob("*.py")]
    return [node for file in files for node in ast.walk(ast.parse(file.read_text()))]
