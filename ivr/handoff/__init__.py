"""From the bot to a person: one hand-off from the caller's wish to the last word, as a warm transfer.

`machine` is a pure state machine, `step(state, event) -> (state, effects)`, on the plain data of `state`, `events` and
`effects`; `transitions` and `transfer_rules` are its steps. `transaction` keeps one step in SQL together with what it
changes, `engine` commits it and has `carrier_requests` ask the carrier for the rest. `service` is what agents' pages,
webhooks and jobs call; `warm_transfer`, `supervision` and `call_back_desk` are what agents and supervisors do.
"""
