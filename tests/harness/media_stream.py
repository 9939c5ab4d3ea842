"""A media stream as the media process holds it."""

from ivr.calls.dialogue_steps import Applied
from ivr.dialogue.actions import Query, Say
from ivr.dialogue.events import Event, Keyed
from ivr.store.stream_tokens import Connected
from speech.events import UserTurn
from tests.harness.call_line import SID
from tests.harness.calls import Calls


class MediaStream:
    """One media stream of the call, as the media process holds it: events in order, questions to the ledger."""

    def __init__(self, calls: Calls, connected: Connected) -> None:
        self.calls, self.connected, self.count = calls, connected, 0
        self.asked: list[Query] = []
        self.heard: list[str] = []
        self.last: Applied = Applied()
        self.take(calls.dialogue.opening(connected))

    def take(self, event: Event, turn: UserTurn | None = None) -> Applied:
        self.count += 1
        key = f"s{self.connected.number}.{self.count}"
        self.last = applied = self.calls.dialogue.apply(SID, event, key, turn, self.connected)
        for _, action in applied.actions:
            if isinstance(action, Query):
                self.asked.append(action)
            if isinstance(action, Say):
                self.heard.append(action.text)
        return applied

    def say(self, text: str) -> Applied:
        heard = UserTurn(text, 0.9, (), 1.0, 1.5, {})
        return self.take(self.calls.dialogue.event_of(heard, "open"), heard)

    def key(self, digits: str) -> Applied:
        return self.take(Keyed(digits), UserTurn.of_keys(digits, 2.0))

    def answer(self) -> Applied:
        """The oldest question is answered."""
        return self.take(self.calls.dialogue.ask(SID, self.asked.pop(0)))
