"""Card numbers that stand for an answer each, and what is keyed with them."""

from switch.sids import now

GOOD, DECLINED, TYPO, DISCOVER = "4242424242424242", "4000000000000002", "4242424242424241", "6011111111111117"


EXPIRY = f"12{(now().year + 1) % 100:02d}"
