"""The promises, tried from every state that chance can reach."""

import json
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from ivr.dialogue.actions import (
    Action,
    CheckCode,
    CheckPin,
    FindAccount,
    FindMobile,
    HandOff,
    HangUp,
    Listen,
    LookUp,
    Pay,
    Say,
    SendCode,
    TakeCard,
)
from ivr.dialogue.events import (
    CardTaken,
    CodeChecked,
    CodeSent,
    Event,
    Failed,
    Found,
    Interrupted,
    Keyed,
    MobileFound,
    NoInput,
    Paid,
    PinChecked,
    Refused,
    Resumed,
    Returned,
    Said,
    Slow,
    Started,
)
from ivr.dialogue.facts import Facts
from ivr.dialogue.machine import State, begin, known, step
from tests.harness.dialogue_talk import (
    BALANCE,
    BYE,
    DUE,
    ENDINGS,
    FACTS,
    MUMBLE,
    NO,
    PAY,
    PIN,
    RECENT,
    TODAY,
    YES,
    said,
)

pytestmark = pytest.mark.integration

AGENT = said("can I talk to a human", "out_of_scope", sure=0.3, heard=0.2)
NOISE = Said("brumble the fen", 0.3, MUMBLE.meaning)

CODE = said("seven zero zero one nine three", digits="700193")

_money = st.integers(1, 60_000).filter(lambda cents: "4821" not in str(cents))
_dates = st.integers(-3, 90).map(lambda days: TODAY + timedelta(days=days))
_words = st.sampled_from(
    [
        YES, NO, BALANCE, PAY, DUE, RECENT, DUE, BALANCE, BYE, PIN, MUMBLE,
        said("4821 I think", digits="4821", heard=0.3),
        said("one two three four", digits="1234"),
        said("95381901", digits="95381901"),
        said("95381901", digits="95381901", heard=0.3),
        said("pay my bill", "payment", sure=0.45),
        said("checking", account_kind="checking"), said("savings", account_kind="savings"), said("by card", "payment"),
        said("today"), said("the minimum", "due_date", share="minimum"), said("everything", share="full"),
        said("what's the minimum", "due_date", share="minimum"),
        said("say again", "repeat"), said("never mind", "cancel"), said("help me", "help"), said("dunno", "dont_know"),
        said("hello there", "smalltalk"), said("hold on"), said("um", sure=0.1), said("", heard=0.0, sure=0.0),
        said("no, the amount", "no", yes_no=False), said("a different account"),
        said("yes", "yes", yes_no=True, heard=0.2), said("I forgot it", "dont_know"), said("send it again"),
    ]
)  # fmt: skip
_amounts = _money.map(lambda cents: said("that much", "payment", money=(cents,)))
_corrections = _money.map(lambda cents: said("no, that much", "no", yes_no=False, money=(cents,)))
_days = _dates.map(lambda on: said("that day", dates=(on,)))
_keys = st.sampled_from(["1", "2", "3", "4", "5", "*", "", "4821", "1111", "95381901", "50", "0315", "9999"]).map(Keyed)
_others = st.one_of(
    st.sampled_from([NoInput(), Resumed(), Returned()]),
    st.floats(0, 1).map(lambda h: Interrupted("agreed.ask/1", h)),
)
callers = st.one_of(_words, _words, _amounts, _corrections, _days, _keys, _others)

_answers: dict[type, list[Event]] = {
    FindAccount: [Found("A1"), Found(None), Slow(), Failed()],
    CheckPin: [PinChecked(True), PinChecked(True), PinChecked(False), PinChecked(False, locked=True), Slow()],
    FindMobile: [MobileFound("0001"), MobileFound("0001"), MobileFound(""), Failed()],
    SendCode: [CodeSent(True), CodeSent(True), CodeSent(False), Slow(), Failed(), Resumed()],
    CheckCode: [
        CodeChecked(True), CodeChecked(True), CodeChecked(False), CodeChecked(False, spent=True), Slow(), Resumed()
    ],
    LookUp: [FACTS, FACTS, Facts(0, "USD", True, 0, 0, None, ("checking",)), Slow(), Failed(), Resumed()],
    Pay: [
        Paid("W40K", 1, TODAY),
        Refused("insufficient"), Refused("limit"), Refused("unknown"), Slow(), Failed(), Resumed(),
    ],
    TakeCard: [
        CardTaken("success", "C1"), CardTaken("success"), CardTaken("declined"), CardTaken("internal-error"), Resumed()
    ],
}  # fmt: skip
_helpful: dict[str, list[Event]] = {
    "open": [BALANCE, PAY, PAY, DUE, RECENT, Keyed("2")],
    "else": [PAY, PAY, BALANCE, RECENT, BYE],
    "unsure": [YES, NO],
    "number": [said("95381901", digits="95381901"), Keyed("95381901"), said("95381901", digits="95381901", heard=0.3)],
    "number_ok": [YES, NO],
    "pin": [PIN, Keyed("4821"), said("I forgot my PIN"), Keyed("1")],
    "code_ok": [YES, YES, Keyed("1"), NO],
    "code": [CODE, Keyed("700193"), said("I didn't get it"), Keyed("1")],
    "more": [YES, NO],
    "amount": [said("fifty", money=(5000,)), Keyed("1"), said("half", share="half")],
    "source": [said("checking", account_kind="checking"), said("by card"), Keyed("2")],
    "date": [said("today"), Keyed("2"), said("then", dates=(date(2026, 3, 20),))],
    "agreed": [YES, Keyed("1"), YES, NO, said("no, sixty", "no", yes_no=False, money=(6000,))],
    "change": [said("the amount"), said("sixty", money=(6000,)), Keyed("2"), YES],
    "receipt": [YES, NO, said("say that again", "repeat")],
    "rating": [Keyed("5"), said("four"), NoInput()],
}


def lines(actions: tuple[Action, ...]) -> int:
    """What is said, in whole lines: a fixed opening belongs to its line, and so do the rows that are read out."""
    return sum(action.text.endswith((".", "?")) for action in actions if isinstance(action, Say))


def said_figures(actions: tuple[Action, ...]) -> bool:
    return any("hundred forty five dollars" in action.text for action in actions if isinstance(action, Say))


class Conversation(RuleBasedStateMachine):
    """Any caller, any house."""

    def __init__(self) -> None:
        super().__init__()
        self.state: State = begin()
        self.actions: tuple[Action, ...] = ()
        self.before: State = begin()
        self.event: Event = NoInput()
        self.prompts: list[str] = []
        self.query: Action | None = None
        self.proved = False
        self.keys_paid: dict[int, Pay] = {}

    @initialize(account=st.sampled_from(["A1", None]), codes=st.booleans())
    def answer_the_phone(self, account: str | None, codes: bool) -> None:
        self._happens(Started(TODAY, account, "Lakeside Credit", codes=codes))

    @precondition(lambda self: self.state.phase == "asking")
    @rule(data=st.data())
    def caller_answers(self, data: st.DataObject) -> None:
        self._happens(data.draw(st.sampled_from(_helpful[self.state.question])))

    @precondition(lambda self: self.state.phase == "asking")
    @rule(data=st.data())
    def caller_answers_gladly(self, data: st.DataObject) -> None:
        self._happens(data.draw(st.sampled_from(_helpful[self.state.question])))

    @precondition(lambda self: self.state.phase == "asking")
    @rule(event=callers)
    def caller_does_anything(self, event: Event) -> None:
        self._happens(event)

    @precondition(lambda self: self.state.phase in ("waiting", "card", "ended"))
    @rule(event=callers)
    def caller_speaks_out_of_turn(self, event: Event) -> None:
        self._happens(event)

    @precondition(lambda self: self.state.phase in ("waiting", "card"))
    @rule()
    def house_agrees(self) -> None:
        event = _answers[type(self.query)][0]
        self.proved = self.proved or event in (PinChecked(True), CodeChecked(True))
        self._happens(event)

    @precondition(lambda self: self.state.phase in ("gone", "ended"))
    @rule(account=st.sampled_from(["A1", None]), codes=st.booleans())
    def the_next_call(self, account: str | None, codes: bool) -> None:
        self.__init__()  # type: ignore[misc]
        self._happens(Started(TODAY, account, "Lakeside Credit", codes=codes))

    @precondition(lambda self: self.state.phase in ("waiting", "card") and self.query is not None)
    @rule(data=st.data())
    def house_answers_anything(self, data: st.DataObject) -> None:
        event = data.draw(st.sampled_from(_answers[type(self.query)]))
        self.proved = self.proved or event in (PinChecked(True), CodeChecked(True))
        self._happens(event)

    def _happens(self, event: Event) -> None:
        self.before, self.event = self.state, event
        self.state, self.actions = step(self.state, event)
        self.prompts += [action.prompt for action in self.actions if isinstance(action, Say)]
        if self.actions and isinstance(self.actions[-1], ENDINGS):
            self.query = self.actions[-1]

    @invariant()
    def every_step_ends_in_one_thing(self) -> None:
        endings = [action for action in self.actions if isinstance(action, ENDINGS)]
        under_way = self.before.phase in ("waiting", "card", "gone") and self.state.phase == self.before.phase
        if not endings:
            assert self.before.phase == "new" or under_way
            assert len(self.actions) <= 1
        else:
            assert endings == [self.actions[-1]]

    @invariant()
    def the_same_events_give_the_same_actions(self) -> None:
        if self.state.phase != "new":
            assert step(self.before, self.event) == (self.state, self.actions)

    @invariant()
    def the_state_survives_json(self) -> None:
        assert State.from_json(json.loads(json.dumps(self.state.to_json()))) == self.state

    @invariant()
    def pin_and_code_are_kept_nowhere(self) -> None:
        kept = json.dumps(self.state.to_json()) + str(known(self.state))
        assert "4821" not in kept and "700193" not in kept

    @invariant()
    def a_person_is_one_word_or_key_away(self) -> None:
        if self.state.phase not in ("new", "gone"):
            for event in (AGENT, Keyed("0"), said("you idiots", upset=True)):
                assert isinstance(step(self.state, event)[1][-1], HandOff)

    @invariant()
    def two_failures_or_two_silences_reach_a_person(self) -> None:
        if self.state.phase == "asking" and self.state.question != "rating":
            for event in (NOISE, NoInput()):
                state, actions = step(self.state, event)
                if not isinstance(actions[-1], HandOff):
                    _, actions = step(state, event)
                assert isinstance(actions[-1], HandOff)

    @invariant()
    def a_rating_is_the_last_question(self) -> None:
        if self.state.phase == "asking" and self.state.question == "rating":
            assert isinstance(step(self.state, NoInput())[1][-1], HangUp)

    @invariant()
    def no_fact_before_the_pin_or_code(self) -> None:
        if not self.proved:
            assert not self.state.verified and self.state.facts is None
            assert not said_figures(self.actions)
            assert not any(isinstance(action, (LookUp, Pay, TakeCard)) for action in self.actions)

    @invariant()
    def money_moves_only_after_a_yes_to_its_read_back(self) -> None:
        last = self.actions[-1] if self.actions else None
        asked_again = self.event in (Resumed(), Returned())  # under the same key
        if not isinstance(last, (Pay, TakeCard)) or asked_again:
            return
        assert self.before.question == "agreed"
        assert self.event in (YES, Keyed("1"))
        slots = self.before.task.slots
        assert (last.amount) == slots["amount"]
        assert not isinstance(last, Pay) or (last.source, last.on.isoformat()) == (slots["source"], slots["date"])
        assert self.before.last[-1].prompt == "agreed.ask"
        assert not self.before.cut

    @invariant()
    def one_key_is_one_payment(self) -> None:
        for action in self.actions:
            if isinstance(action, Pay):
                assert self.keys_paid.setdefault(action.turn, action) == action

    @invariant()
    def no_wording_three_times_in_a_row(self) -> None:
        assert not any(
            len(set(three)) == 1 for three in zip(self.prompts, self.prompts[1:], self.prompts[2:], strict=False)
        )

    @invariant()
    def two_lines_at_most(self) -> None:
        """Beside a brief "anything else?"."""
        courteous = any(isinstance(a, Say) and a.prompt.startswith("else.brief") for a in self.actions)
        assert lines(self.actions) <= 2 + courteous, self.actions

    @invariant()
    def thanks_are_heard_while_the_ledger_is_asked(self) -> None:
        """Or, after a PIN that came before any wish, before the open question."""
        if any(isinstance(action, Say) and action.prompt.startswith("verified") for action in self.actions):
            early = self.state.question in ("open", "else", "unsure") and isinstance(self.actions[-1], Listen)
            assert early or (isinstance(self.actions[-1], LookUp) and len(self.actions) == 2)


Conversation.TestCase.settings = settings(
    max_examples=60,
    stateful_step_count=40,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
    derandomize=True,
)  # not shrunk: a failing walk is short enough to read, and shrinking takes minutes
TestPromises = Conversation.TestCase


@given(st.lists(callers, min_size=120, max_size=120))
@settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_every_path_ends(events: list[Event]) -> None:
    """However long a caller goes on, the talk ends with a person or a goodbye."""
    state, actions = step(begin(), Started(TODAY, "A1", "Lakeside Credit"))
    for event in events:
        while actions and not isinstance(actions[-1], (Listen, HandOff, HangUp)):
            state, actions = step(state, _answers[type(actions[-1])][0])
        if state.phase in ("gone", "ended"):
            return
        state, actions = step(state, event)
    assert state.phase in ("gone", "ended")


def test_dates_are_plain_data() -> None:
    assert State.from_json(begin().to_json()).today == date.min
