"""What was learnt, as the lines and the JSON document of `warmline learn`. Pure."""

from collections.abc import Iterator
from typing import Any

from ivr.quality.learning.examination import Answers
from ivr.quality.learning.examples import Example
from ivr.quality.learning.lesson import Learnt


def document(learnt: Learnt) -> dict[str, Any]:
    """The shape of `warmline learn --json`, but for what was done with it."""
    held = {one.id for one in learnt.held_before.examples}
    return {
        "shipped": _both(learnt.shipped_before, learnt.shipped_after),
        "held_back": _both(learnt.held_before, learnt.held_after),
        "corrections": [
            {
                "id": one.id,
                "text": one.text,
                "label": one.label,
                "before": before,
                "after": after,
                "held_back": one.id in held,
            }
            for one, before, after in _each(learnt)
        ],
        "temperature": round(learnt.head.temperature, 3),
        "refused": list(learnt.refused),
    }


def lines(learnt: Learnt) -> Iterator[str]:
    """A table for people."""
    yield f"{'':44}{'before':>16}{'after':>16}"
    for words, before, after in (
        ("Corrections held back, understood", learnt.held_before, learnt.held_after),
        ("Examples that ship, understood", learnt.shipped_before, learnt.shipped_after),
        ("All corrections, understood", learnt.all_before, learnt.all_after),
    ):
        yield f"{words:44}{_share(before):>16}{_share(after):>16}"
    dangers = learnt.shipped_before.dangerous, learnt.shipped_after.dangerous
    yield f"{'Examples that ship, dangerously confused':44}{dangers[0]:>16}{dangers[1]:>16}"
    yield ""
    held = {one.id for one in learnt.held_before.examples}
    for one, heard, hears in _each(learnt):
        verdict = "right" if hears == one.label else f"still {hears}, not {one.label}"
        was = "" if heard == hears else f" (was {heard})"
        yield f"  {one.text}: {verdict}{was}{'; held back in the trial' if one.id in held else ''}"


def _each(learnt: Learnt) -> Iterator[tuple[Example, str, str]]:
    return zip(learnt.all_before.examples, learnt.all_before.intents, learnt.all_after.intents, strict=True)


def _both(before: Answers, after: Answers) -> dict[str, Any]:
    return {"rows": len(before.examples), "before": _figures(before), "after": _figures(after)}


def _figures(answers: Answers) -> dict[str, Any]:
    return {"right": answers.right, "dangerous": answers.dangerous}


def _share(answers: Answers) -> str:
    if answers.accuracy is None:
        return "none"
    return f"{answers.right}/{len(answers.examples)} {answers.accuracy:.1%}"
