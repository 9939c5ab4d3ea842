"""What the bot says and does in a conversation, decided without any input or output of its own.

`machine.step` takes the state and one event (an utterance, keys, silence, the result of a query) and gives the next
state and the actions: prompts to speak, a question to listen for, a query, a hand-off. The same events always give the
same actions, so that a call can be replayed; the state is kept as JSON between them.

The tasks themselves are declared in `flows`, the wording is in `prompts`; `flow_runner` plays a flow, `utterances` and
`dtmf` say what the caller meant for it, `results` what came of a query, and `escalation` brings a person.
"""
