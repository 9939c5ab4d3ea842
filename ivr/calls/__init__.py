"""One phone call, from its first webhook to its report.

`service` is the carrier's side of it, `dialogue_service` the channels' side; both move the dialogue on by
`dialogue_steps`. What was said becomes rows in `transcript`, without the secrets that `masking` takes out. `queries`,
`pin_guard` and `one_time_codes` answer what the dialogue asks. `outcome`, `stats` and `report` say how it went;
`sweeper` ends calls whose end nobody announced.
"""
