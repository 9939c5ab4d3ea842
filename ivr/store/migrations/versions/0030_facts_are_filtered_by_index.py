"""Facts of calls are filtered along one index"""

from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

COLUMNS = ["place", "outcome", "rating", "wait_s", "longest_silence", "seconds", "verified"]


def upgrade() -> None:
    op.create_index("ix_call_facts_filters", "call_facts", COLUMNS)


def downgrade() -> None:
    op.drop_index("ix_call_facts_filters", "call_facts")
