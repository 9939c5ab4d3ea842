"""What is kept: tables, sessions, migrations, the outbox of promised work, and whether all of it answers."""
