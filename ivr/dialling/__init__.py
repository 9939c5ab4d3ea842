"""Whom the line may call and text: what a number is, which are allowed, how often, and what is written down."""
