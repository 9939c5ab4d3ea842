"""JSON that is stored, promised or printed, as it is found after calls that were played on the real line."""

from dataclasses import fields
from typing import Any

from ivr.handoff.effect_json import WRITTEN
from ivr.store.topics import about
from tests.project.shapes.example import shape_of
from tests.project.shapes.stories import seen
from workers.jobs import JOBS

# dictionaries whose keys are data, by what they stand in
MAPS = {"calls.dialogue": ("uses",), "warmline prompts --language es": ("",)}


def stored() -> dict[str, Any]:
    """What stands in every JSON column but the outbox's."""
    columns = {name: found for name, found in seen().columns.items() if name != "outbox.payload"}
    return {name: _shape(name, found) for name, found in columns.items()}


def promised() -> dict[str, Any]:
    """Every topic of the outbox with its queue and payload; and how the carrier's effects are written there."""
    return {
        "topics": {
            topic: {"queue": about(topic).plan.queue, "payload": shape_of(*seen().payloads[topic])} for topic in JOBS
        },
        "effects in handoff.act": {
            written.name: [f"{key} = {field.default}" if isinstance(field.default, str | int) else key
                           for key, field in zip(written.keys, fields(written.kind), strict=True)]
            for written in WRITTEN
        },
    }  # fmt: skip


def report() -> Any:
    """The document of a call, as `warmline call --json` and the scripts around it read it."""
    return shape_of(*seen().reports)


def days() -> list[str]:
    """The columns of `/agent/days.csv` and `/board/load.csv`."""
    return seen().csv.splitlines()[0].split(",")


def commands() -> dict[str, Any]:
    """What commands print with `--json`."""
    told = {f"warmline {words}".split(" '")[0]: document for words, document in seen().commands.items()}
    return {words: _shape(words, [document]) for words, document in told.items()}


def _shape(name: str, found: list[Any]) -> Any:
    return shape_of(*found, maps=MAPS.get(name, ())) if found else "not seen"
