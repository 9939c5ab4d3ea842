"""Payments: what was asked of the ledger, which cards were charged, and what is in doubt.

`orders` are payments from an account, written down before the ledger is asked. A card is entered with the bot
(`bot_cards`) or in an agent's call (`agent_cards`, carried out by `agent_card_service`); `card_entry` is what both
have in common. `history` and `doubts` are what an agent reads before a card is taken again. No card data is kept.
"""
