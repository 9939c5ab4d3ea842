"""The frozen shapes: one readable, sorted file each, and the difference to what the code has now."""

import difflib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent / "frozen"
Shape = Callable[[], Any]


def written(shape: Any) -> str:
    """A shape as text: sorted, one name a line, so that what is added or taken away is a line of its own."""
    plain = json.loads(json.dumps(shape))
    return yaml.dump(plain, Dumper=_Plainly, sort_keys=True, default_flow_style=False, allow_unicode=True, width=1000)


def change(name: str, shape: Any) -> str:
    """What was taken away (`-`) and added (`+`) since `name` was frozen, as a unified diff; empty when nothing was."""
    file = FOLDER / f"{name}.yaml"
    before = file.read_text().splitlines() if file.exists() else []
    now = written(shape).splitlines()
    return "\n".join(difflib.unified_diff(before, now, f"frozen {name}", f"{name} now", n=4, lineterm=""))


def accept(shapes: dict[str, Shape]) -> None:
    """Freeze what the code has now, and say what that changes."""
    FOLDER.mkdir(exist_ok=True)
    for left in FOLDER.glob("*.yaml"):
        if left.stem not in shapes:
            left.unlink()
            print(f"{left.stem}: no longer frozen")
    for name, make in shapes.items():
        shape = make()
        print(change(name, shape) or f"{name}: as it was")
        (FOLDER / f"{name}.yaml").write_text(written(shape))


class _Plainly(yaml.SafeDumper):
    """Whatever stands twice in a shape is written twice."""

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)
