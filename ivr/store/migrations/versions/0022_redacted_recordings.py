"""Recordings have a copy without secrets, which is heard again to prove it"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("recordings") as table:
        table.add_column(sa.Column("pieces_total", sa.Integer(), nullable=True))
        table.add_column(sa.Column("redaction", sa.String(12), nullable=True))
        table.add_column(sa.Column("redacted_path", sa.String(255), nullable=True))
        table.add_column(sa.Column("silenced", sa.JSON(), nullable=False, server_default="[]"))
        table.add_column(sa.Column("proofs", sa.Integer(), nullable=False, server_default="0"))
        table.add_column(sa.Column("heard_again", sa.JSON(), nullable=True))
        table.create_index("ix_recordings_redaction_id", ["redaction", "id"])


def downgrade() -> None:
    with op.batch_alter_table("recordings") as table:
        table.drop_index("ix_recordings_redaction_id")
        for name in ("heard_again", "proofs", "silenced", "redacted_path", "redaction", "pieces_total"):
            table.drop_column(name)
