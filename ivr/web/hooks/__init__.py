"""The carrier's webhooks: each reads what the carrier tells, does one small transaction, and answers with a document.

`calls` is a caller's way through the bot, `recorded_turns` the same without a media socket, `waiting` and `handoffs`
the way to a person, `cards` a card that an agent takes, and `standby` what is answered while no store is there.
`dispatch` gives them their threads; `carrier_requests` is what all do alike; `failed_documents` and `unavailable` keep
a caller from hearing nothing. Every request may come twice. Form fields and documents are the carrier's own: see
`ivr.carrier`.
"""
