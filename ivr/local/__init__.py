"""Everything on one machine: the supervisor of the processes, an embedded Redis, set-up, the demo, scripted calls."""
