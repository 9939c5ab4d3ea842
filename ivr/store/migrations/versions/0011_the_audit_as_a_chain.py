"""The audit as a chain"""

import sqlalchemy as sa
from alembic import op

from ivr.store.audit import FIRST

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("audit", sa.Column("place", sa.Integer(), nullable=True))
    op.add_column("audit", sa.Column("previous", sa.String(64), nullable=True))
    op.add_column("audit", sa.Column("hash", sa.String(64), nullable=True))
    op.create_index("uq_audit_place", "audit", ["place"], unique=True)
    op.create_table(
        "audit_chain",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("cut_place", sa.Integer(), nullable=False),
        sa.Column("cut_hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_chain")),
    )
    op.execute(FIRST)


def downgrade() -> None:
    op.drop_table("audit_chain")
    op.drop_index("uq_audit_place", "audit")
    with op.batch_alter_table("audit") as audit:
        for column in ("hash", "previous", "place"):
            audit.drop_column(column)
