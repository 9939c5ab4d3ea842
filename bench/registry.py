"""Every bench by its name: a module whose `run` measures and whose docstring begins with what.

`run` takes what it needs by name and returns `{"bench": ..., "machine": ..., "figures": {...}, ...}`:

- `settings`: the line's settings
- `data`: a folder of people's recorded speech; needed where it has no default
- `many`: how many calls, turns or minutes, with a default of its own
- `seed`: what is drawn by chance is the same for the same seed
- `times`: how often each thing is tried
- `kinds`: which kinds of what it tries
- `append`: a file to which what was measured is added
- `rolling`: whether processes are replaced under live calls instead
- `tell`: takes a line on how far it is
"""

import ast
import inspect
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

MODULES = {
    "latency": "bench.calls.latency",
    "capacity": "bench.calls.capacity",
    "soak": "bench.calls.soak",
    "stalls": "bench.calls.stalls",
    "handoff": "bench.calls.handoff",
    "desk": "bench.desk.day",
    "speech": "bench.speech.speed",
    "accuracy": "bench.speech.accuracy",
    "turns": "bench.speech.endpointing",
    "bargein": "bench.speech.interruptions",
    "fuzz": "bench.fuzz.bench",
    "pages": "bench.calls.pages",
    "hung": "bench.calls.hung",
    "store": "bench.calls.store",
    "echo": "bench.calls.echo",
    "redaction": "bench.redaction.bench",
    "search": "bench.quality.search",
    "figures": "bench.quality.figures",
    "simulate": "bench.simulation.bench",
    "strangers": "bench.strangers.bench",
    "faults": "bench.faults.bench",
    "cluster": "bench.cluster.bench",
}


def summary(name: str) -> str:
    """What the bench measures: the first line of its docstring, read without importing it."""
    spec = find_spec(MODULES[name])
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(MODULES[name])
    text = ast.get_docstring(ast.parse(Path(spec.origin).read_text(encoding="utf-8"))) or ""
    return text.partition("\n")[0].removesuffix(".")


def needs_data(name: str) -> bool:
    """Whether it measures nothing without a folder of recorded speech."""
    data = _parameters(name).get("data")
    return data is not None and data.default is inspect.Parameter.empty


def run(name: str, **given: Any) -> dict[str, Any]:
    """Runs the bench with what it takes of `given`; what is None is left to its own default."""
    wanted = {key: value for key, value in given.items() if value is not None and key in _parameters(name)}
    result: dict[str, Any] = import_module(MODULES[name]).run(**wanted)
    return result


def _parameters(name: str) -> dict[str, inspect.Parameter]:
    return dict(inspect.signature(import_module(MODULES[name]).run).parameters)
