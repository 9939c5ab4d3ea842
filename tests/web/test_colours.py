"""One set of tokens for all pages, each colour in its role, and readable wherever one stands on another."""

import re
from itertools import product
from pathlib import Path

import pytest

pytestmark = pytest.mark.unit

ROOT = Path(__file__).parents[2]
PAGES, SWITCH = ROOT / "ivr" / "web" / "static", ROOT / "switch" / "static"
TOKENS = (PAGES / "tokens.css").read_text()
STYLES = [path for folder in (PAGES, SWITCH) for path in sorted(folder.glob("*.css")) if path.name != "tokens.css"]
ROLES = ("action", "failed", "needs", "talking", "ready")
READABLE = 4.5  # WCAG 2.2, 1.4.3, level AA
VISIBLE = 3.0  # WCAG 2.2, 1.4.11
RAW = re.compile(
    r"#[0-9a-f]{3,8}\b|\b(?:rgba?|hsla?|hwb|lab|lch|oklab|oklch|color)\(|:\s*(?:white|black|red|green|blue)\b", re.I
)
RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")


def tokens(scheme: str) -> dict[str, str]:
    light, dark = TOKENS.split("@media", 1)
    found = dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]+);", light))
    return found | (dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]+);", dark)) if scheme == "dark" else {})


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def pairs() -> set[tuple[str, str]]:
    """Which text stands on which ground: by design, and wherever one rule names both."""
    grounds = ("ground", "card", "sunken")
    by_design = set(product(("ink", "soft", *ROLES), grounds))
    by_design |= set(product(("ink", "soft"), (f"{role}-wash" for role in ROLES)))
    by_design |= {(role, f"{role}-wash") for role in ROLES}
    used = set()
    for style in STYLES:
        for _, rule in RULE.findall(style.read_text()):
            colour = re.search(r"(?<![-\w])color:\s*var\(--([\w-]+)\)", rule)
            ground = re.search(r"background(?:-color)?:\s*var\(--([\w-]+)\)", rule)
            if colour and ground:
                used.add((colour[1], ground[1]))
    return by_design | used


def test_the_pages_and_the_phone_of_the_switch_have_the_same_tokens() -> None:
    assert (SWITCH / "tokens.css").read_text() == TOKENS


@pytest.mark.parametrize("style", STYLES, ids=lambda path: f"{path.parts[-3]}-{path.stem}")
def test_colours_stand_only_among_the_tokens(style: Path) -> None:
    text = re.sub(r"/\*.*?\*/", "", style.read_text(), flags=re.S)
    assert [match[0] for _, rule in RULE.findall(text) for match in RAW.finditer(rule)] == []
    known = set(re.findall(r"--([\w-]+):", TOKENS + text))
    assert set(re.findall(r"var\(--([\w-]+)", text)) - known == set()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_is_readable_on_every_ground_it_stands_on(scheme: str) -> None:
    known = tokens(scheme)
    ratios = {pair: round(contrast(known[pair[0]], known[pair[1]]), 2) for pair in pairs()}
    assert {pair: ratio for pair, ratio in ratios.items() if ratio < READABLE} == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_edges_of_controls_focus_and_data_are_seen(scheme: str) -> None:
    known = tokens(scheme)
    shown = product(("edge", "focus", "data", "talking"), ("ground", "card", "sunken"))
    ratios = {pair: round(contrast(known[pair[0]], known[pair[1]]), 2) for pair in shown}
    assert {pair: ratio for pair, ratio in ratios.items() if ratio < VISIBLE} == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_roles_differ_in_hue(scheme: str) -> None:
    known = tokens(scheme)
    hues = {role: hue(known[role]) for role in ROLES}
    near = [
        (one, other)
        for one, other in product(ROLES, ROLES)
        if one < other and min(abs(hues[one] - hues[other]), 360 - abs(hues[one] - hues[other])) < 18
    ]
    assert near == []


def hue(colour: str) -> float:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    high, low = max(red, green, blue), min(red, green, blue)
    if high == red:
        turn = (green - blue) / (high - low)
    elif high == green:
        turn = 2 + (blue - red) / (high - low)
    else:
        turn = 4 + (red - green) / (high - low)
    return turn * 60 % 360
