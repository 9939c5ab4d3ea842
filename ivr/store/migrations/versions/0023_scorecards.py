"""Scorecards, evaluations, what the facts answer, samples and calibrations"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "samples",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("per", sa.String(8), nullable=False),
        sa.Column("seed", sa.String(40), nullable=False),
        sa.Column("filters", sa.JSON(), nullable=False),
        sa.Column("weights", sa.JSON(), nullable=False),
        sa.Column("population", sa.Integer(), nullable=False),
        sa.Column("by", sa.String(255), nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_samples")),
    )
    op.create_table(
        "scorecards",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("by", sa.String(255), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scorecards")),
    )
    op.create_table(
        "automatic_answers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call_sid", sa.String(34), nullable=False),
        sa.Column("rule", sa.String(32), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=False),
        sa.Column("value", sa.String(4), nullable=False),
        sa.Column("spans", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["call_sid"], ["calls.sid"], name=op.f("fk_automatic_answers_call_sid_calls")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_automatic_answers")),
        sa.UniqueConstraint("call_sid", "rule", "agent_id", name=op.f("uq_automatic_answers_call_sid_rule_agent_id")),
    )
    op.create_table(
        "sample_calls",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sample_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("call_sid", sa.String(34), nullable=False),
        sa.Column("chance", sa.Double(), nullable=False),
        sa.Column("risk", sa.Double(), nullable=False),
        sa.Column("reviewer_id", sa.Integer(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["call_sid"], ["calls.sid"], name=op.f("fk_sample_calls_call_sid_calls")),
        sa.ForeignKeyConstraint(["reviewer_id"], ["agents.id"], name=op.f("fk_sample_calls_reviewer_id_agents")),
        sa.ForeignKeyConstraint(["sample_id"], ["samples.id"], name=op.f("fk_sample_calls_sample_id_samples")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sample_calls")),
        sa.UniqueConstraint("sample_id", "call_sid", name=op.f("uq_sample_calls_sample_id_call_sid")),
    )
    op.create_index(op.f("ix_sample_calls_call_sid"), "sample_calls", ["call_sid"])
    op.create_index("ix_sample_calls_reviewer_id_done_at_id", "sample_calls", ["reviewer_id", "done_at", "id"])
    op.create_table(
        "scorecard_versions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scorecard_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("definition", sa.JSON(), nullable=False),
        sa.Column("by", sa.String(255), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["scorecard_id"], ["scorecards.id"], name=op.f("fk_scorecard_versions_scorecard_id_scorecards")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scorecard_versions")),
        sa.UniqueConstraint("scorecard_id", "number", name=op.f("uq_scorecard_versions_scorecard_id_number")),
    )
    op.create_table(
        "calibrations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call_sid", sa.String(34), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("party", sa.String(8), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=True),
        sa.Column("by", sa.String(255), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name=op.f("fk_calibrations_agent_id_agents")),
        sa.ForeignKeyConstraint(["call_sid"], ["calls.sid"], name=op.f("fk_calibrations_call_sid_calls")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["scorecard_versions.id"], name=op.f("fk_calibrations_version_id_scorecard_versions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calibrations")),
    )
    op.create_index(op.f("ix_calibrations_call_sid"), "calibrations", ["call_sid"])
    op.create_index("ix_calibrations_closed_at_id", "calibrations", ["closed_at", "id"])
    op.create_index(op.f("ix_calibrations_version_id"), "calibrations", ["version_id"])
    op.create_table(
        "calibration_seats",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("calibration_id", sa.Integer(), nullable=False),
        sa.Column("reviewer_id", sa.Integer(), nullable=False),
        sa.Column("in_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["calibration_id"], ["calibrations.id"], name=op.f("fk_calibration_seats_calibration_id_calibrations")
        ),
        sa.ForeignKeyConstraint(["reviewer_id"], ["agents.id"], name=op.f("fk_calibration_seats_reviewer_id_agents")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calibration_seats")),
        sa.UniqueConstraint(
            "calibration_id", "reviewer_id", name=op.f("uq_calibration_seats_calibration_id_reviewer_id")
        ),
    )
    op.create_index("ix_calibration_seats_reviewer_id_in_at", "calibration_seats", ["reviewer_id", "in_at"])
    op.create_table(
        "evaluations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(120), nullable=False),
        sa.Column("call_sid", sa.String(34), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("party", sa.String(8), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=True),
        sa.Column("reviewer_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("score", sa.Double(), nullable=True),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dispute", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("replaces_id", sa.Integer(), nullable=True),
        sa.Column("calibration_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name=op.f("fk_evaluations_agent_id_agents")),
        sa.ForeignKeyConstraint(
            ["calibration_id"], ["calibrations.id"], name=op.f("fk_evaluations_calibration_id_calibrations")
        ),
        sa.ForeignKeyConstraint(["call_sid"], ["calls.sid"], name=op.f("fk_evaluations_call_sid_calls")),
        sa.ForeignKeyConstraint(["decided_by"], ["agents.id"], name=op.f("fk_evaluations_decided_by_agents")),
        sa.ForeignKeyConstraint(
            ["replaces_id"], ["evaluations.id"], name=op.f("fk_evaluations_replaces_id_evaluations")
        ),
        sa.ForeignKeyConstraint(["reviewer_id"], ["agents.id"], name=op.f("fk_evaluations_reviewer_id_agents")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["scorecard_versions.id"], name=op.f("fk_evaluations_version_id_scorecard_versions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evaluations")),
        sa.UniqueConstraint("key", name=op.f("uq_evaluations_key")),
    )
    op.create_index("ix_evaluations_agent_id_state_id", "evaluations", ["agent_id", "state", "id"])
    op.create_index(op.f("ix_evaluations_calibration_id"), "evaluations", ["calibration_id"])
    op.create_index(op.f("ix_evaluations_call_sid"), "evaluations", ["call_sid"])
    op.create_index("ix_evaluations_published_at", "evaluations", ["published_at"])
    op.create_index(op.f("ix_evaluations_replaces_id"), "evaluations", ["replaces_id"])
    op.create_index("ix_evaluations_reviewer_id_state_id", "evaluations", ["reviewer_id", "state", "id"])
    op.create_index("ix_evaluations_state_id", "evaluations", ["state", "id"])
    op.create_index(op.f("ix_evaluations_version_id"), "evaluations", ["version_id"])
    op.create_table(
        "evaluation_answers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("evaluation_id", sa.Integer(), nullable=False),
        sa.Column("question", sa.String(12), nullable=False),
        sa.Column("value", sa.String(4), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("spans", sa.JSON(), nullable=False),
        sa.Column("rule", sa.String(32), nullable=False),
        sa.Column("automatic", sa.String(4), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["evaluation_id"], ["evaluations.id"], name=op.f("fk_evaluation_answers_evaluation_id_evaluations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evaluation_answers")),
        sa.UniqueConstraint("evaluation_id", "question", name=op.f("uq_evaluation_answers_evaluation_id_question")),
    )


def downgrade() -> None:
    op.drop_table("evaluation_answers")
    op.drop_table("evaluations")
    op.drop_table("calibration_seats")
    op.drop_table("calibrations")
    op.drop_table("scorecard_versions")
    op.drop_table("sample_calls")
    op.drop_table("automatic_answers")
    op.drop_table("scorecards")
    op.drop_table("samples")
