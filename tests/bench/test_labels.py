"""The guide to the labels as code: docs/labels.md on rows of every kind."""

import re
from pathlib import Path

import pytest

from bench.train.nlu.labels import ASIDE, label, relabelled
from bench.train.nlu.rows import Row, family, thinned
from bench.train.nlu.written import KINDS, written
from ivr.nlu.intents import INTENTS

pytestmark = pytest.mark.unit
GUIDE = Path(__file__).parents[2] / "docs" / "labels.md"


def row(text: str, said: str, fine: str = "any:thing") -> Row:
    return Row(text, said, fine.partition(":")[0], fine, clear=True, weight=1.0)


@pytest.mark.parametrize(
    ("text", "said", "meant"),
    [
        ("no thanks, bye", "no", "goodbye"),
        ("thank you and have a great day", "smalltalk", "goodbye"),
        ("No, that's all I need. Thank you!", "goodbye", "no"),
        ("that's all for now", "yes", "goodbye"),
        ("Great. Thank you for helping me.", "goodbye", "smalltalk"),
        ("yes that's it", "yes", "yes"),
        ("good to see you", "smalltalk", "smalltalk"),
        ("never mind", "no", "cancel"),
        ("no", "no", "no"),
        ("yes 1575", "yes", ASIDE),
        ("Let's transfer funds.", "yes", "other_banking"),
        ("how much have i spent lately", "balance", "transactions"),
        ("what is my balance", "balance", "balance"),
        ("i wanna know my ratio", "payment", ASIDE),
        ("pay my gas bill", "payment", "payment"),
    ],
)
def test_words_decide_whatever_a_source_called_them(text: str, said: str, meant: str) -> None:
    assert label(row(text, said)) == meant


@pytest.mark.parametrize(
    ("text", "said", "fine", "meant"),
    [
        ("hi i lost my card", "smalltalk", "chat:openinggreeting", "card_problem"),
        ("hello, what's my balance", "smalltalk", "chat:openinggreeting", "balance"),
        ("hello i need your help", "smalltalk", "chat:openinggreeting", "smalltalk"),
        ("talk slower please", "out_of_scope", "clinc150:change_speed", "repeat"),
        ("talk faster please", "out_of_scope", "clinc150:change_speed", "out_of_scope"),
        ("set up autopay", "payment", "dstc11-finance:SetAutoPayment", "other_banking"),
        ("tell me a joke", "out_of_scope", "hwu64:general_joke", "smalltalk"),
    ],
)
def test_a_source_label_is_read_by_the_guide(text: str, said: str, fine: str, meant: str) -> None:
    assert label(row(text, said, fine)) == meant


def test_rows_set_aside_are_gone_and_the_others_keep_their_place() -> None:
    rows = [row("yes 12", "yes"), row("yes", "yes"), row("no bye", "no")]
    assert [(one.text, one.label) for one in relabelled(rows)] == [("yes", "yes"), ("no bye", "goodbye")]


def test_the_guide_has_a_line_for_every_label_and_for_no_other() -> None:
    table = [line.split("|")[1] for line in GUIDE.read_text().splitlines() if line.startswith("| `")]
    assert {name for cell in table for name in re.findall(r"`(\w+)`", cell)} == set(INTENTS)


def test_what_is_written_to_train_on_has_known_labels_and_no_text_has_two() -> None:
    texts = written(3, 10)
    assert {name for _, name in written(0, 3)} <= set(INTENTS)
    assert not [text for text, _ in texts if set("[]|") & set(text)]
    told: dict[str, str] = {}
    assert [text for text, name in written(0, 10**6) if told.setdefault(text, name) != name] == []
    assert KINDS.is_file()


def test_no_label_of_a_large_source_outvotes_the_others() -> None:
    rows = [row(f"text {n}", "balance", "big:one") for n in range(9)] + [row("other", "balance", "big:two")]
    assert len(thinned(rows, 3)) == 4


def test_parts_of_a_collection_are_held_out_together() -> None:
    assert family("multidogo-media") == family("multidogo-finance") != family("clinc150")
