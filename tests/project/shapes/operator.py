"""What whoever runs the line writes: settings and the words of the command line."""

import re
from collections.abc import Iterator
from typing import Any

import click

from ivr.cli.main import main
from ivr.settings import Settings

WORDS = {"title", "description", "shown", "writeOnly", "examples"}  # of a setting, for its readers only
UNSET = (None, False, (), click.Option(["--any"]).default)  # as click tells that a parameter has no default


def settings() -> dict[str, Any]:
    """Every environment variable: its type, what is allowed and its default; of a secret no default."""
    found = Settings.model_json_schema(by_alias=True)["properties"]
    return {name: _setting(schema) for name, schema in found.items()}


def _setting(schema: dict[str, Any]) -> dict[str, Any]:
    secret = schema.get("format") == "password"
    return {name: value for name, value in schema.items() if name not in WORDS | ({"default"} if secret else set())}


def command_line() -> dict[str, Any]:
    """Every command with its arguments, options, their types and defaults; and what the exit codes mean."""
    codes = re.search(r"Exit codes: .*", main.help or "")
    return {"exit codes": codes[0] if codes else "", "commands": dict(_commands(main, None, "warmline"))}


def _commands(command: click.Command, parent: click.Context | None, name: str) -> Iterator[tuple[str, Any]]:
    context = click.Context(command, parent, info_name=name, **command.context_settings)
    if isinstance(command, click.Group):
        for word in command.list_commands(context):
            if below := command.get_command(context, word):
                yield from _commands(below, context, f"{name} {word}")
    parameters = command.get_params(context)
    if parameters:
        yield name, {_spelled(one): _parameter(one) for one in parameters}


def _spelled(parameter: click.Parameter) -> str:
    if isinstance(parameter, click.Argument):
        return (parameter.name or "").upper()
    return " ".join([*parameter.opts, *(f"/ {word}" for word in parameter.secondary_opts)])


def _parameter(parameter: click.Parameter) -> str:
    """`integer range min=1, default 100`, as one line."""
    told = parameter.to_info_dict()
    kind = "flag" if told.get("is_flag") else _kind(parameter.type)
    words = [name for name in ("required", "multiple", "hidden") if told.get(name)]
    words += [f"{name} {told[name]}" for name in ("nargs", "envvar") if told.get(name) not in (None, 1)]
    default = parameter.default
    if default not in UNSET and not callable(default):
        words.append(f"default {default}")
    return ", ".join([kind, *words])


def _kind(kind: click.ParamType[Any]) -> str:
    told: dict[str, Any] = {**kind.to_info_dict()}
    choices = [" | ".join(map(str, told["choices"]))] if "choices" in told else []
    return " ".join(
        [told["name"], *choices, *(f"{end}={told[end]}" for end in ("min", "max") if told.get(end) is not None)]
    )
