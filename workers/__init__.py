"""Background work: `relay` carries the outbox's rows into queues, `run` keeps the workers up, and `jobs` do what was
promised."""
