"""Whom the line may call and text: what a number is, which are allowed, how often, and what is written down.

`phone_numbers` are facts of the numbering plans, `policy` says which numbers the settings allow, and `dials` counts
each call and text against its limits. `attestation` says how far a caller's number is to be believed.
"""
