"""The script can be read without code, and nothing that may be said is missing from it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.dialogue.flow_docs import diagram, flows_page, table
from ivr.dialogue.flows.registry import FLOWS
from ivr.dialogue.flows.steps import Ask, Send, Tell
from ivr.dialogue.prompts import PROMPTS
from ivr.local.setup import fixed_prompts
from speech.tts import sentences

pytestmark = pytest.mark.unit


def test_the_table_holds_every_wording() -> None:
    for language, prompts in PROMPTS.items():
        for name, wordings in prompts.items():
            assert f"`{name}`" in table(language)
            assert all(wording in table(language) for wording in wordings)


@pytest.mark.parametrize("flow", FLOWS)
def test_each_flow_is_drawn(flow: str) -> None:
    drawing = diagram(flow)
    assert drawing.startswith("flowchart TD")
    assert all(step.name in drawing for step in FLOWS[flow].steps if isinstance(step, Ask))


def test_the_page_holds_all_flows_and_the_script() -> None:
    assert all(diagram(flow) in flows_page() for flow in FLOWS) and table() in flows_page()


def test_every_item_can_be_asked_explained_and_keyed() -> None:
    for flow in FLOWS.values():
        for step in flow.steps:
            if isinstance(step, Ask):
                assert len(PROMPTS["en"][f"{step.name}.ask"]) == 3
                assert len(PROMPTS["en"][f"{step.name}.example"]) >= 2
                assert len(PROMPTS["en"][f"{step.name}.keys"]) >= 2
            if isinstance(step, Tell) or (isinstance(step, Send) and step.told):
                assert len(PROMPTS["en"][step.name]) >= 2


@given(st.sampled_from([wording for p in PROMPTS["en"].values() for wording in p]))
def test_wordings_are_short_and_one_sentence_after_a_few_fixed_words(wording: str) -> None:
    assert len(wording.split()) <= 25
    *opening, last = sentences(wording)
    assert last[-1] in ".?!:" and not any(mark in last[:-1] for mark in ".?!")
    assert len(opening) <= 1 and all(len(words.split()) <= 4 and "{" not in words for words in opening)


@pytest.mark.parametrize("prompt", ["payment.done", "payment.scheduled", "transactions.tell", "refused.insufficient"])
def test_what_follows_a_yes_or_digits_begins_with_words_that_are_there_already(prompt: str) -> None:
    ready = fixed_prompts("Lakeside Credit", "en")
    for wording in PROMPTS["en"][prompt]:
        first, figures = sentences(wording)
        assert first in ready and figures not in ready
