"""Words that files and tables are written in: scripts, prompts, intents, stored states, the ledger's operations."""

import re
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from string import Formatter
from typing import Any, get_args

import yaml

from ivr.channels.audio_files import NAMES
from ivr.desk.agents import Presence
from ivr.dialogue.actions import AnswerKind
from ivr.dialogue.prompts import LINES, PROMPTS
from ivr.dialogue.state import Phase as DialoguePhase
from ivr.handoff.events import Outcome, Target, Timed
from ivr.handoff.state import Whereabouts
from ivr.nlu.intents import INTENTS
from ivr.people.roles import ROLES
from ivr.store.states import HandoffState
from switch.phones.script_reader import read_script
from tests.harness.scenario_file import CallFile, Customer, Expected, ExpectedPayment, Turns, read_call
from tests.project.shapes.stories import seen

LEDGER = Path(__file__).parents[3] / "docs" / "ledger-api.yaml"
METHODS = ("get", "put", "post", "delete", "patch")


def scripts() -> dict[str, Any]:
    """The keys of scripts and call files, as their readers name them to whoever writes a wrong one."""
    whole = {"about": "x", "script": ["answer"], "expect": {}}
    kinds = {"account": Customer, "expect": Expected, "expect.payments": ExpectedPayment, "expect.turns": Turns}
    return {
        "script": _named(lambda: read_script({"steps": ["answer"], "?": 1})),
        "script.steps": _named(lambda: read_script([{"?": 1}])),
        "script.steps.noise": _named(lambda: read_script([{"noise": {"?": 1}}])),
        "call file": sorted(field.name for field in fields(CallFile) if field.name != "name"),
        "expect.handoff": _named(lambda: read_call({**whole, "expect": {"handoff": {"?": 1}}}, "x")),
        **{name: sorted(field.name for field in fields(kind)) for name, kind in kinds.items()},
    }


def _named(read: Callable[[], object]) -> list[str]:
    """What a refusal says that could be written instead."""
    try:
        read()
    except ValueError as error:
        listed = re.findall(r"\w+(?:, \w+)+", str(error))
        return sorted(listed[-1].split(", "))
    raise AssertionError("a wrong key was taken")


def prompts() -> dict[str, Any]:
    """The names of all that is said, with what is filled in."""
    said = {language: {name: _filled(*lines) for name, lines in spoken.items()} for language, spoken in PROMPTS.items()}
    line = {language: {name: _filled(text) for name, text in spoken.items()} for language, spoken in LINES.items()}
    return {"the bot": said, "the line": line, "sounds": sorted(NAMES)}


def _filled(*wordings: str) -> str:
    return ", ".join(sorted({name for text in wordings for _, name, _, _ in Formatter().parse(text) if name}))


def vocabulary() -> dict[str, Any]:
    """The values of stored words: all there are where a type names them, and those that the stories came to."""
    kinds = {
        "agents.presence": Presence, "handoffs.state": HandoffState, "handoffs.machine.caller": Whereabouts,
        "handoffs.machine.sent": Target, "offers.outcome": Outcome, "handoff.expire.what": Timed,
        "calls.dialogue.phase": DialoguePhase, "kinds of answers": AnswerKind,
    }  # fmt: skip
    named = {name: sorted(get_args(kind)) for name, kind in kinds.items()}
    came_to = {name: sorted(values) for name, values in seen().words.items() if values}
    return named | {"agents.roles": sorted(ROLES), "intents": sorted(INTENTS), "stories came to": came_to}


def ledger() -> dict[str, Any]:
    """The operations that a ledger of another house offers, and the fields of their documents."""
    page = yaml.safe_load(LEDGER.read_text())
    schemas = page["components"]["schemas"]
    return {
        "operations": {
            f"{method.upper()} {path}": sorted(map(str, operation["responses"]))
            for path, item in page["paths"].items()
            for method, operation in item.items()
            if method in METHODS
        },
        "documents": {name: _fields_of(schema) for name, schema in schemas.items() if "properties" in schema},
    }


def _fields_of(schema: dict[str, Any]) -> list[str]:
    return sorted(name if name in schema.get("required", ()) else f"{name}?" for name in schema["properties"])
