"""The desk: who works there, who waits, and who is next.

`agents` keeps each agent's presence, `routing` chooses among them, and `queue` orders the callers who wait.
`opening_hours` and `ringing` are its times, `wallboard` and `workload` its figures. `bot_brake` sends the callers of
an intent straight to a person, and `standby` leads a caller to an agent's phone while no store answers.
"""
