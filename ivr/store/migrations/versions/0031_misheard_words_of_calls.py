"""Facts of calls hold how many words were compared with the recording and misheard"""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("call_facts", sa.Column("words_compared", sa.Integer(), nullable=True))
    op.add_column("call_facts", sa.Column("words_misheard", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("call_facts", "words_misheard")
    op.drop_column("call_facts", "words_compared")
