"""A person's calls are found by their account, and by the number that was called back"""

from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(op.f("ix_calls_account_id"), "calls", ["account_id"])
    op.create_index(op.f("ix_callbacks_number"), "callbacks", ["number"])


def downgrade() -> None:
    op.drop_index(op.f("ix_callbacks_number"), "callbacks")
    op.drop_index(op.f("ix_calls_account_id"), "calls")
