"""readers in groups, rhythms with their next run; deliveries are the ledger

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

from newsletter.database import Instant

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_INDEXES = {
    "ix_subscriptions_group": (["group_id", "id", "subscriber_id"], "state = 'active' AND group_id IS NOT NULL"),
    "ix_subscriptions_ungrouped": (["newsletter_id", "id"], "state = 'active' AND group_id IS NULL"),
}


def upgrade() -> None:
    _make_rhythms()
    _make_groups()
    with op.batch_alter_table("subscriptions") as batch_op:
        batch_op.add_column(sa.Column("rhythm_at", Instant(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("group_id", _ID, nullable=True))
    for name, (columns, which) in _INDEXES.items():
        op.create_index(name, "subscriptions", columns, sqlite_where=sa.text(which), postgresql_where=sa.text(which))
    for table, name in (("variants", "left_out"), ("edition_articles", "topic_ids")):
        with op.batch_alter_table(table) as batch_op:
            batch_op.add_column(sa.Column(name, sa.JSON(), server_default="[]", nullable=False))
    with op.batch_alter_table("editions") as batch_op:
        batch_op.drop_column("fanned_out_to")
        batch_op.add_column(sa.Column("written_to", _ID, nullable=True))
    op.drop_table("ledger")


def downgrade() -> None:
    op.create_table(
        "ledger",
        sa.Column("subscriber_id", _ID, nullable=False),
        sa.Column("article_id", _ID, nullable=False),
        sa.Column("edition_id", _ID, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("subscriber_id", "article_id", name=op.f("pk_ledger")),
    )
    op.create_index("ix_ledger_edition_subscriber", "ledger", ["edition_id", "subscriber_id"])
    with op.batch_alter_table("editions") as batch_op:
        batch_op.drop_column("written_to")
        batch_op.add_column(sa.Column("fanned_out_to", _ID, server_default="0", nullable=False))
    for table, name in (("variants", "left_out"), ("edition_articles", "topic_ids")):
        with op.batch_alter_table(table) as batch_op:
            batch_op.drop_column(name)
    for name in _INDEXES:
        op.drop_index(name, "subscriptions")
    with op.batch_alter_table("subscriptions") as batch_op:
        batch_op.drop_column("group_id")
        batch_op.drop_column("rhythm_at")
    for table in ("inherited_histories", "edition_groups", "edition_rhythms", "reader_groups", "rhythms"):
        op.drop_table(table)


def _make_rhythms() -> None:
    op.create_table(
        "rhythms",
        sa.Column("id", _ID, nullable=False),
        sa.Column("newsletter_id", _ID, nullable=False),
        sa.Column("cadence", sa.Text(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("next_at", Instant(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rhythms")),
        sa.UniqueConstraint(
            *("newsletter_id", "cadence", "weekday", "hour", "zone"),
            name=op.f("uq_rhythms_newsletter_id_cadence_weekday_hour_zone"),
        ),
    )
    op.create_index("ix_rhythms_next", "rhythms", ["next_at"])
    op.create_table(
        "edition_rhythms",
        sa.Column("edition_id", _ID, nullable=False),
        sa.Column("rhythm_id", _ID, nullable=False),
        sa.Column("at", Instant(timezone=True), nullable=False),
        sa.Column("written_at", Instant(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("edition_id", "rhythm_id", name=op.f("pk_edition_rhythms")),
    )
    op.create_index("ix_edition_rhythms_rhythm", "edition_rhythms", ["rhythm_id", "at"])


def _make_groups() -> None:
    op.create_table(
        "reader_groups",
        sa.Column("id", _ID, nullable=False),
        sa.Column("newsletter_id", _ID, nullable=False),
        sa.Column("rhythm_id", _ID, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("since", Instant(timezone=True), nullable=True),
        sa.Column("topics", sa.JSON(), nullable=False),
        sa.Column("had", sa.JSON(), nullable=False),
        sa.Column("owed", sa.JSON(), nullable=False),
        sa.Column("missed", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reader_groups")),
    )
    op.create_index("ix_reader_groups_key", "reader_groups", ["newsletter_id", "key"])
    op.create_index("ix_reader_groups_rhythm", "reader_groups", ["rhythm_id", "id"])
    op.create_table(
        "edition_groups",
        sa.Column("edition_id", _ID, nullable=False),
        sa.Column("group_id", _ID, nullable=False),
        sa.Column("variant_id", _ID, nullable=True),
        sa.Column("readers", sa.Integer(), nullable=False),
        sa.Column("written_to", _ID, nullable=False),
        sa.Column("written_at", Instant(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("edition_id", "group_id", name=op.f("pk_edition_groups")),
    )
    which = sa.text("written_at IS NULL")
    op.create_index(
        *("ix_edition_groups_unwritten", "edition_groups", ["edition_id", "group_id"]),
        sqlite_where=which,
        postgresql_where=which,
    )
    op.create_index("ix_edition_groups_group", "edition_groups", ["group_id"])
    op.create_table(
        "inherited_histories",
        sa.Column("id", _ID, nullable=False),
        sa.Column("subscriber_id", _ID, nullable=False),
        sa.Column("article_ids", sa.JSON(), nullable=False),
        sa.Column("at", Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inherited_histories")),
    )
    op.create_index(op.f("ix_inherited_histories_subscriber_id"), "inherited_histories", ["subscriber_id"])
