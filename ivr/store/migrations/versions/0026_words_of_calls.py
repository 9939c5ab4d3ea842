"""The words of calls with their index, and searches that people keep"""

import sqlalchemy as sa
from alembic import op

from ivr.store import word_index

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

PLACE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "call_words",
        sa.Column("place", PLACE, autoincrement=False, nullable=False),
        sa.Column("call_sid", sa.String(34), nullable=False),
        sa.Column("caller", sa.Text(), nullable=False),
        sa.Column("bot", sa.Text(), nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["call_sid"], ["calls.sid"], name=op.f("fk_call_words_call_sid_calls")),
        sa.PrimaryKeyConstraint("place", name=op.f("pk_call_words")),
        sa.UniqueConstraint("call_sid", name=op.f("uq_call_words_call_sid")),
    )
    word_index.create(op.get_bind())
    op.create_table(
        "saved_searches",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name=op.f("fk_saved_searches_agent_id_agents")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_searches")),
        sa.UniqueConstraint("agent_id", "name", name=op.f("uq_saved_searches_agent_id_name")),
    )


def downgrade() -> None:
    op.drop_table("saved_searches")
    if op.get_bind().dialect.name == "sqlite":
        op.drop_table(word_index.INDEX)
    op.drop_table("call_words")
