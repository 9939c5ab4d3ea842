"""The people who sign in: agents, reviewers, supervisors and admins.

`roster` adds, changes and removes them. They prove who they are by `passwords`, `factors`, `passkeys` or
`single_sign_on`, are invited by `links`, and stay signed in by `sign_ins`; `throttle` slows down guessing. `api_keys`
are for machines that read figures.
"""
