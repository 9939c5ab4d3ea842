"""How long an agent talked in a call, and whether a caller who calls again would be known"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("call_facts", sa.Column("agent_s", sa.Double(), server_default=sa.text("0"), nullable=False))
    op.add_column("call_facts", sa.Column("traceable", sa.Boolean(), server_default=sa.text("true"), nullable=False))


def downgrade() -> None:
    op.drop_column("call_facts", "traceable")
    op.drop_column("call_facts", "agent_s")
