"""What grows is found by index and can be forgotten; money in 64 bits; payments know their call, messages their end"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

INDEXES: tuple[tuple[str, str, tuple[str, ...], str | None], ...] = (
    ("ix_calls_ended_at_started_at", "calls", ("ended_at", "started_at"), None),
    ("ix_calls_remembered", "calls", ("started_at", "sid"), "forgotten_at IS NULL"),
    ("ix_calls_outcome_started_at_ended_at", "calls", ("outcome", "started_at", "ended_at"), None),
    ("ix_handoffs_requested_at", "handoffs", ("requested_at",), None),
    ("ix_handoffs_agent_id_id", "handoffs", ("agent_id", "id"), None),
    ("ix_offers_agent_id_offered_at", "offers", ("agent_id", "offered_at"), None),
    ("ix_recordings_kind_done_at", "recordings", ("kind", "done_at"), None),
    ("ix_recordings_state_id", "recordings", ("state", "id"), None),
    ("ix_entries_account_id_on_id", "entries", ("account_id", "on", "id"), None),
    ("ix_payments_call_sid", "payments", ("call_sid",), None),
    ("ix_outbox_open", "outbox", ("due_at", "id"), "done_at IS NULL AND given_up_at IS NULL"),
    ("ix_webhooks_at", "webhooks", ("at",), None),
    ("ix_audit_subject_action", "audit", ("subject", "action"), None),
    ("ix_audit_unchained", "audit", ("at",), "place IS NULL"),
    ("ix_card_payments_account", "card_payments", ("account",), None),
    ("ix_one_time_codes_sent_at", "one_time_codes", ("sent_at",), None),
    ("ix_presence_spells_agent_id_ended_at", "presence_spells", ("agent_id", "ended_at"), None),
    ("ix_presence_spells_ended_at", "presence_spells", ("ended_at",), None),
    ("ix_callbacks_booked_at", "callbacks", ("booked_at",), None),
)
MONEY = {
    "accounts": ("balance", "due", "minimum", "payment_limit"),
    "entries": ("amount",),
    "payments": ("amount",),
    "card_payments": ("amount",),
}


def upgrade() -> None:
    op.add_column("calls", sa.Column("forgotten_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("recordings", sa.Column("done_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("payments", sa.Column("call_sid", sa.String(80), nullable=True))
    for name, table, columns, where in INDEXES:
        some = sa.text(where) if where else None
        op.create_index(name, table, list(columns), sqlite_where=some, postgresql_where=some)
    postgresql = op.get_bind().dialect.name == "postgresql"
    call = "split_part(key, ':', 1)" if postgresql else "substr(key, 1, instr(key, ':') - 1)"
    op.execute(f"UPDATE payments SET call_sid = {call} WHERE key LIKE '%:%'")  # noqa: S608
    op.execute(
        "UPDATE recordings SET done_at = (SELECT min(at) FROM audit WHERE audit.action = 'message-done'"
        " AND audit.subject = 'recording:' || recordings.id) WHERE kind = 'message'"
    )
    if postgresql:  # SQLite's integers have 64 bits
        for table, columns in MONEY.items():
            for column in columns:
                op.alter_column(table, column, type_=sa.BigInteger(), existing_type=sa.Integer())


def downgrade() -> None:
    for name, table, _, _ in INDEXES:
        op.drop_index(name, table)
    op.drop_column("payments", "call_sid")
    op.drop_column("recordings", "done_at")
    op.drop_column("calls", "forgotten_at")
