"""What it costs to check a PIN: the caller waits for it."""

from argon2 import PasswordHasher

# OWASP's second choice for Argon2id: a sixth of the library's own cost, which is meant for passwords. Ten thousand PINs
# are soon tried at any cost: the three attempts and the database's privacy guard them. A hash records its own cost.
PIN_HASHER = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
