"""Writes `docs/flows.md`: every flow as a diagram, every prompt in a table."""

from ivr.dialogue.flows.registry import FLOWS
from ivr.dialogue.flows.steps import Ask, Do, Fetch, Person, Send, Step, Tell, Verified
from ivr.dialogue.prompts import LINES, PROMPTS


def table(language: str = "en") -> str:
    """The whole script of a language as a Markdown table."""
    rows = [f"| `{name}` | {' <br> '.join(wordings)} |" for name, wordings in PROMPTS[language].items()]
    rows += [f"| `line.{name}` | {text} |" for name, text in LINES[language].items()]
    return "\n".join(["| prompt | first, second, third wording |", "| --- | --- |", *rows]) + "\n"


def diagram(flow: str) -> str:
    """The flow of this name as a Mermaid flowchart. Raises KeyError for an unknown flow."""
    nodes = [_node(step) for step in FLOWS[flow].steps]
    names = [f"s{i}" for i in range(len(nodes))]
    boxes = [f"    {name}{node}" for name, node in zip(names, nodes, strict=True)]
    arrows = [f"    {a} --> {b}" for a, b in zip(("begin", *names), (*names, "done"), strict=True)]
    return (
        "\n".join(["flowchart TD", f"    begin([{flow}])", *boxes, f"    done([{FLOWS[flow].after}])", *arrows]) + "\n"
    )


def _node(step: Step) -> str:
    match step:
        case Ask():
            marks = [
                word
                for word, on in (
                    ("never kept", step.secret),
                    ("may be volunteered", step.volunteer),
                    ("confirms", step.confirms),
                )
                if on
            ]
            return f'[/"ask {step.name}: {", ".join((step.kind, *marks))}"/]'
        case Tell():
            return f'["say {step.name}"]'
        case Verified():
            return '{{"verified, else verify first"}}'
        case Fetch():
            return '{{"facts from the ledger"}}'
        case Do():
            return f'[["{step.name}: the house answers"]]'
        case Send():
            return f'["{step.name}"]'
        case Person():
            return f'{{{{"else a person: {step.reason}"}}}}'


_PREFACE = """# Flows

Written by `warmline prompts`; do not edit. Items and messages whose condition does not hold are skipped. In every
state a person is one word, `0`, a second failure or a second silence away, and `*` repeats: that is the interpreter's
work, not a flow's.
"""


def flows_page() -> str:
    """The page `docs/flows.md`: each flow's diagram, then the script."""
    parts = [f"## {flow.title}\n\n```mermaid\n{diagram(flow.name)}```\n" for flow in FLOWS.values()]
    scripts = [f"## Script: {language}\n\n{table(language)}" for language in PROMPTS]
    return "\n".join([_PREFACE, *parts, *scripts])
