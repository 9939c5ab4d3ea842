"""Secrets said at any time, by anybody: out of the turns, their words, what is known, and what an agent is given."""

import json

import pytest
from sqlalchemy import select

from ivr.dialogue.actions import Query
from ivr.dialogue.events import Keyed
from ivr.handoff.brief import write_brief
from ivr.store.engine import Sessions
from ivr.store.models import Call, Handoff, Turn
from ivr.store.stream_tokens import StreamTicket
from speech.events import UserTurn, Word
from tests.fakes.fake_clock import FakeClock
from tests.harness.call_line import LINE, MORGAN, SID
from tests.harness.calls import Calls

pytestmark = pytest.mark.integration

CARD = "4111 1111 1111 1111"
STRANGER = "+15550109999"


class Speaking:
    """A caller who speaks or keys, and the agent; the ledger answers what the dialogue asks."""

    def __init__(self, calls: Calls, sessions: Sessions, caller: str = MORGAN) -> None:
        self.calls, self.sessions, self.events, self.at = calls, sessions, 0, 0.0
        ticket: StreamTicket = calls.answer(SID, caller, LINE)
        self._apply(calls.dialogue.opening(calls.dialogue.connect(SID, ticket.token)), None)

    def say(self, text: str) -> None:
        heard = self._heard(text)
        self._apply(self.calls.dialogue.event_of(heard, "open"), heard)

    def key(self, keys: str) -> None:
        self.at += 2
        self._apply(Keyed(keys), UserTurn.of_keys(keys, self.at))

    def to_agent(self, text: str, track: str = "inbound") -> None:
        self.calls.dialogue.overheard(SID, track, self._heard(text), 0.0)

    def bridged(self) -> None:
        self.say("agent")
        with self.sessions.begin() as tx:
            tx.get_one(Call, SID).stage = "bridged"
            handoff = tx.scalars(select(Handoff)).one()
            handoff.times = {**handoff.times, "bridged": handoff.requested_at.isoformat()}

    def turns(self, speaker: str = "caller") -> list[str]:
        with self.sessions() as tx:
            return list(tx.scalars(select(Turn.text).where(Turn.speaker == speaker).order_by(Turn.start)))

    def everything(self) -> str:
        """All that is kept of the call, with the brief that an agent would be given now."""
        with self.sessions() as tx:
            call = tx.get_one(Call, SID)
            turns = tx.scalars(select(Turn).order_by(Turn.id)).all()
            handoffs = tx.scalars(select(Handoff)).all()
            briefs = [write_brief(call, h, turns, None, [], [], call.started_at) for h in handoffs]
            kept = [call.dialogue, briefs, [(h.known, h.brief, h.summary) for h in handoffs]]
            return json.dumps([kept, [(turn.text, turn.words) for turn in turns]])

    def _heard(self, text: str) -> UserTurn:
        self.at += 2
        pieces = text.split()
        words = tuple(Word(f" {w}", self.at + n / 10, self.at + (n + 1) / 10, 0.9) for n, w in enumerate(pieces))
        return UserTurn(text, 0.9, words, self.at, self.at + 1.5, {})

    def _apply(self, event: object, turn: UserTurn | None) -> None:
        self.events += 1
        actions = self.calls.dialogue.apply(SID, event, f"e{self.events}", turn).actions  # type: ignore[arg-type]
        if actions and isinstance(actions[-1][1], Query):
            self._apply(self.calls.dialogue.ask(SID, actions[-1][1]), None)


@pytest.fixture
def known(calls: Calls, sessions: Sessions) -> Speaking:
    """Calls from the number on file."""
    return Speaking(calls, sessions)


@pytest.fixture
def stranger(calls: Calls, sessions: Sessions) -> Speaking:
    return Speaking(calls, sessions, STRANGER)


def test_a_card_said_to_the_bot_is_kept_nowhere(known: Speaking) -> None:
    known.say(f"My card is {CARD}")
    known.say("agent")
    assert known.turns()[0] == "My card is (card number)"
    assert "1111" not in known.everything()


def test_a_card_said_as_the_account_number_is_kept_nowhere(stranger: Speaking) -> None:
    stranger.say("balance")
    stranger.say(CARD)
    stranger.say("agent")
    assert stranger.turns() == ["balance", "(card number)", "agent"]
    assert "1111" not in stranger.everything()


def test_a_card_keyed_as_the_account_number_is_kept_nowhere(stranger: Speaking) -> None:
    stranger.say("balance")
    stranger.key("4111111111111111")
    assert stranger.turns() == ["balance", "(card number)"]
    assert "1111" not in stranger.everything()


def test_a_card_said_in_two_halves_as_the_account_number_is_kept_nowhere(stranger: Speaking) -> None:
    stranger.say("balance")
    stranger.say("4111 1111")
    stranger.say("1111 1111")
    stranger.say("agent")
    assert stranger.turns()[1] == "(card number)"
    assert "1111" not in stranger.everything()


def test_half_a_card_that_an_agent_was_given_is_taken_back(stranger: Speaking) -> None:
    stranger.say("balance")
    stranger.say("4111 1111")
    stranger.bridged()
    assert "41111111" in stranger.everything()
    stranger.to_agent("one one one one one one one one")
    assert "1111" not in stranger.everything()


def test_a_card_said_to_an_agent_is_not_written_down_whoever_says_it(known: Speaking) -> None:
    known.bridged()
    known.to_agent("what's the number on your card?", "outbound")
    known.to_agent("four one one one one one one one")
    known.to_agent("4111 1111, go on", "outbound")
    known.to_agent("one one one one, one one one one")
    assert known.turns()[-2:] == ["(card number)", "(card number)"]
    assert known.turns("agent")[-1] == "(card number), go on"
    assert "1111" not in known.everything() and '"four"' not in known.everything()


@pytest.mark.parametrize(
    ("said", "marker"),
    [
        ("My PIN, it's 4321.", "(PIN)"),
        ("pin: 2749", "(PIN)"),
        ("the code is 700193", "(code)"),
        ("my social security number is 123-45-6789", "(id number)"),
        ("123-45-6789", "(id number)"),
        ("the three digits on the back are 987", "(security code)"),
        ("my password is hunter2", "(password)"),
    ],
)
def test_other_secrets_are_not_written_down_to_bot_or_agent(known: Speaking, said: str, marker: str) -> None:
    known.say(said)
    known.bridged()
    known.to_agent(said)
    first, _, last = known.turns()
    assert marker in first and marker in last
    assert said.split()[-1].strip(".") not in known.everything()


def test_an_account_number_a_telephone_number_and_an_amount_are_kept(stranger: Speaking) -> None:
    stranger.say("balance")
    stranger.say("40012345")
    stranger.bridged()
    stranger.to_agent("And your phone number?", "outbound")
    stranger.to_agent("call me back at 415 555 2671, and I paid 1,234.56")
    assert stranger.turns()[1] == "40012345"
    assert stranger.turns()[-1] == "call me back at 415 555 2671, and I paid 1,234.56"


def test_masked_words_keep_their_times(known: Speaking, sessions: Sessions, clock: FakeClock) -> None:
    known.say(f"My card is {CARD} thanks")
    with sessions() as tx:
        words = tx.scalar(select(Turn.words).where(Turn.speaker == "caller"))
    assert words is not None and [word["word"].strip() for word in words] == [
        "My",
        "card",
        "is",
        "(card number)",
        "thanks",
    ]
    assert words[3]["end"] - words[3]["start"] == pytest.approx(0.4)
