"""Hashes of what people prove themselves with: passwords, PINs and one-time codes, all by Argon2id.

A hash records its own cost: one that was made at another cost still verifies.
"""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

PASSWORD_HASHER = PasswordHasher()  # the library's own cost, meant for passwords; for one-time codes too
# OWASP's second choice, a sixth of that cost, as a caller waits for it. Ten thousand PINs are soon tried at any cost:
# the three attempts and the database's privacy guard them.
PIN_HASHER = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)


def verify(kept: str, secret: str) -> bool:
    """Whether `kept` is a hash of `secret`, compared in constant time; False for what is no hash."""
    try:
        return PASSWORD_HASHER.verify(kept, secret)
    except (VerificationError, InvalidHashError):
        return False
