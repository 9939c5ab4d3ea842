"""What follows from the flows' own declarations, and has to fit together."""

import pytest

from ivr.dialogue.flows.registry import ASKS, FLOWS, MENU, SELF_SERVICE
from ivr.dialogue.flows.steps import Do
from ivr.dialogue.prompts import LINES, PROMPTS, TOPICS
from ivr.nlu.intents import INTENTS, TO_A_PERSON
from languages import DEFAULT, LANGUAGES

pytestmark = pytest.mark.unit


def test_every_self_service_flow_is_an_intent_with_a_topic_and_a_key_of_its_own() -> None:
    assert set(SELF_SERVICE) <= set(INTENTS) & set(TOPICS)
    assert list(MENU.values()) == list(SELF_SERVICE) and "0" not in MENU


def test_an_intent_with_a_topic_starts_a_flow_or_brings_a_person() -> None:
    assert set(TOPICS) <= set(SELF_SERVICE) | TO_A_PERSON
    assert set(INTENTS) >= TO_A_PERSON


def test_no_two_flows_share_an_item() -> None:
    assert len(ASKS) == sum(len(flow.asks) for flow in FLOWS.values())


def test_a_flow_commits_with_one_of_its_own_steps() -> None:
    for flow in FLOWS.values():
        assert not flow.commit or flow.commit in {step.name for step in flow.steps if isinstance(step, Do)}
        assert not flow.undone or flow.undone in PROMPTS[DEFAULT]


def test_whoever_writes_a_secret_down_is_told_what_it_is() -> None:
    assert all(ask.digits_mean in ("pin", "code") for ask in ASKS.values() if ask.secret)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_line_says_everything_in_every_language(language: str) -> None:
    assert LINES[language].keys() == LINES[DEFAULT].keys()
    assert PROMPTS[language].keys() <= PROMPTS[DEFAULT].keys() and "person.language" in PROMPTS[language]
