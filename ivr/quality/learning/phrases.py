"""Training texts drawn from the templates in phrases.txt."""

import itertools
import random
import re
from pathlib import Path

TEMPLATES = Path(__file__).with_name("phrases.txt")
_CHOICE = re.compile(r"\[([^]]*)\]")


def phrases(per_template: int, seed: int = 1, templates: Path = TEMPLATES) -> list[tuple[str, str]]:
    """(text, label) pairs, at most `per_template` from each template in the file, without repeats."""
    draw = random.Random(seed)
    label = ""
    found: dict[str, str] = {}
    for line in templates.read_text().splitlines():
        if line.startswith("= "):
            label = line[2:]
        elif line and not line.startswith("#"):
            found.update(dict.fromkeys(_expand(line, per_template, draw), label))
    return list(found.items())


def _expand(template: str, most: int, draw: random.Random) -> list[str]:
    parts = _CHOICE.split(template)
    choices = [part.split("|") if i % 2 else [part] for i, part in enumerate(parts)]
    whole = [" ".join("".join(pick).split()) for pick in itertools.product(*choices)]
    return draw.sample(sorted(set(whole)), min(most, len(set(whole))))
