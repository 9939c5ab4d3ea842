"""Figures of the line, quality first: `definitions` says what each means, `counting` reads it from `call_facts`."""
