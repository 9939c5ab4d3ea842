"""A transition in the making: the state so far, and the actions so far."""

from dataclasses import dataclass, replace
from typing import Any, Self

from ivr.dialogue.actions import Action, Listen, Say
from ivr.dialogue.flows.steps import Ask
from ivr.dialogue.prompts import PROMPTS
from ivr.dialogue.state import Line, Phase, State
from ivr.dialogue.timeouts import NO_INPUT

Transition = tuple[State, tuple[Action, ...]]


@dataclass(frozen=True, slots=True)
class Draft:
    """Every method gives a new draft. `lines` are what a caller who says "repeat" wants to hear again."""

    state: State
    actions: tuple[Action, ...] = ()
    lines: tuple[Line, ...] = ()

    def with_fields(self, **changes: Any) -> Self:
        """The same draft with these fields of the state changed."""
        return replace(self, state=replace(self.state, **changes))

    def with_state(self, state: State) -> Self:
        return replace(self, state=state)

    def say(self, line: Line, language: str = "en", interruptible: bool = True) -> Self:
        """Speak the prompt's next wording."""
        wordings = PROMPTS[language][line.prompt]
        used = self.state.uses.get(line.prompt, 0)
        which = used % len(wordings)
        text = wordings[which].format(**line.fields)
        action = Say(f"{line.prompt}/{which + 1}", text[:1].upper() + text[1:], interruptible, language)
        uses = {**self.state.uses, line.prompt: used + 1}
        return replace(self, state=replace(self.state, uses=uses), actions=(*self.actions, action))

    def say_repeatable(self, line: Line) -> Self:
        """Speak a line that "repeat" repeats."""
        return replace(self.say(line), lines=(*self.lines, line))

    def do(self, action: Action) -> Self:
        return replace(self, actions=(*self.actions, action))

    def end(self, action: Action, phase: Phase) -> Transition:
        """The step is complete with this action."""
        return replace(self.state, phase=phase, slow=False), (*self.actions, action)

    def listen(self, ask: Ask, no_input_timeout: float | None = None) -> Transition:
        """Wait for the answer to `ask`."""
        draft = self.with_fields(question=ask.name, last=self.lines or self.state.last, cut=False)
        return draft.end(listening(ask, no_input_timeout), "asking")


def listening(ask: Ask, no_input_timeout: float | None = None) -> Listen:
    """How to listen for this item."""
    timeout = no_input_timeout or ask.no_input_timeout or NO_INPUT[ask.kind]
    return Listen(ask.kind, ask.digits, ask.secret, timeout)
