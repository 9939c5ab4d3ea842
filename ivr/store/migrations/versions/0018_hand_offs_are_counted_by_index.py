"""Hand-offs are counted along an index"""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_handoffs_state_requested_at", "handoffs", ["state", "requested_at"])


def downgrade() -> None:
    op.drop_index("ix_handoffs_state_requested_at", "handoffs")
