"""Leases for what one process does at a time, and how far a recording's transcript is"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "leases",
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("holder", sa.String(64), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_leases"),
    )
    op.add_column("recordings", sa.Column("pieces", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    op.drop_column("recordings", "pieces")
    op.drop_table("leases")
