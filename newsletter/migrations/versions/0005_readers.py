"""what readers may choose, in which language and from which sites; changes of address; links to a reader's own inbox

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

import newsletter.database

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_OF_IMPORT_ROWS = {
    "ix_import_rows_others": "names_others",
    "ix_import_rows_staged": "outcome = 'staged'",
    "ix_import_rows_unreadable": "outcome = 'unreadable'",
}


def upgrade() -> None:
    _make_tables()
    _add_columns()


def _make_tables() -> None:
    op.create_table(
        "address_changes",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("subscriber_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("subscription_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("old_address", sa.Text(), nullable=False),
        sa.Column("old_address_key", sa.Text(), nullable=False),
        sa.Column("new_address", sa.Text(), nullable=False),
        sa.Column("new_address_key", sa.Text(), nullable=False),
        sa.Column("nonce", sa.Text(), nullable=False),
        sa.Column("undo_nonce", sa.Text(), nullable=False),
        sa.Column("requested_at", newsletter.database.Instant(timezone=True), nullable=False),
        sa.Column("confirmed_at", newsletter.database.Instant(timezone=True), nullable=True),
        sa.Column("undone_at", newsletter.database.Instant(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_address_changes")),
    )
    with op.batch_alter_table("address_changes") as batch_op:
        batch_op.create_index(op.f("ix_address_changes_subscriber_id"), ["subscriber_id"], unique=False)
    op.create_table(
        "embed_sites",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("newsletter_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("seen_at", newsletter.database.Instant(timezone=True), nullable=False),
        sa.Column("decided_at", newsletter.database.Instant(timezone=True), nullable=True),
        sa.Column("decided_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_embed_sites")),
        sa.UniqueConstraint("newsletter_id", "origin", name=op.f("uq_embed_sites_newsletter_id_origin")),
    )
    op.create_table(
        "erasures",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("address_hash", sa.Text(), nullable=False),
        sa.Column("erased_at", newsletter.database.Instant(timezone=True), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("acts", sa.JSON(), nullable=False),
        sa.Column("removed", sa.JSON(), nullable=False),
        sa.Column("mailbox_proof_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("nonce", sa.Text(), server_default="", nullable=False),
        sa.Column("in_flight", sa.JSON(), nullable=False),
        sa.Column("has_mail_in_flight", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasures")),
    )
    with op.batch_alter_table("erasures") as batch_op:
        batch_op.create_index(op.f("ix_erasures_address_hash"), ["address_hash"], unique=False)
        batch_op.create_index(
            "ix_erasures_in_flight",
            ["id"],
            unique=False,
            postgresql_where=sa.text("has_mail_in_flight"),
            sqlite_where=sa.text("has_mail_in_flight"),
        )
        batch_op.create_index(op.f("ix_erasures_mailbox_proof_id"), ["mailbox_proof_id"], unique=False)
    op.create_table(
        "import_rows",
        sa.Column("run_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("address_key", sa.Text(), nullable=False),
        sa.Column("raw", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("names_others", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.PrimaryKeyConstraint("run_id", "line", name=op.f("pk_import_rows")),
    )
    with op.batch_alter_table("import_rows") as batch_op:
        batch_op.create_index(op.f("ix_import_rows_address_key"), ["address_key"], unique=False)
        for name, condition in _OF_IMPORT_ROWS.items():
            batch_op.create_index(
                name,
                ["run_id", "line"],
                unique=False,
                postgresql_where=sa.text(condition),
                sqlite_where=sa.text(condition),
            )
    op.create_table(
        "import_runs",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("newsletter_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("editor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("stored_as", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("product", sa.Text(), nullable=False),
        sa.Column("layout", sa.JSON(), nullable=False),
        sa.Column("mapping", sa.JSON(), nullable=False),
        sa.Column("choices", sa.JSON(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("taken", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("declared_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("declared_at", newsletter.database.Instant(timezone=True), nullable=True),
        sa.Column("trouble", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", newsletter.database.Instant(timezone=True), nullable=False),
        sa.Column("ended_at", newsletter.database.Instant(timezone=True), nullable=True),
        sa.Column("ask_at", newsletter.database.Instant(timezone=True), nullable=True),
        sa.Column("asked_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_runs")),
    )
    with op.batch_alter_table("import_runs") as batch_op:
        batch_op.create_index(
            "ix_import_runs_asking",
            ["ask_at"],
            unique=False,
            postgresql_where=sa.text("ask_at IS NOT NULL"),
            sqlite_where=sa.text("ask_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_import_runs_at_work",
            ["id"],
            unique=False,
            postgresql_where=sa.text("state = 'checking' OR state = 'taking'"),
            sqlite_where=sa.text("state = 'checking' OR state = 'taking'"),
        )
        batch_op.create_index(op.f("ix_import_runs_newsletter_id"), ["newsletter_id"], unique=False)
    op.create_table(
        "leave_reasons",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("newsletter_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("mark", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("said_at", newsletter.database.Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leave_reasons")),
        sa.UniqueConstraint("mark", name=op.f("uq_leave_reasons_mark")),
    )
    with op.batch_alter_table("leave_reasons") as batch_op:
        batch_op.create_index("ix_leave_reasons_newsletter", ["newsletter_id", "said_at"], unique=False)
    op.create_table(
        "mailbox_proofs",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("subscription_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("nonce", sa.Text(), nullable=False),
        sa.Column("requested_at", newsletter.database.Instant(timezone=True), nullable=False),
        sa.Column("expires_at", newsletter.database.Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mailbox_proofs")),
    )
    with op.batch_alter_table("mailbox_proofs") as batch_op:
        batch_op.create_index(op.f("ix_mailbox_proofs_subscription_id"), ["subscription_id"], unique=False)
    op.create_table(
        "newsletter_texts",
        sa.Column(
            "newsletter_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("tagline", sa.Text(), nullable=False),
        sa.Column("thanks", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("newsletter_id", "language", name=op.f("pk_newsletter_texts")),
    )
    op.create_table(
        "past_confirmations",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("address_hash", sa.Text(), nullable=False),
        sa.Column("asked_at", newsletter.database.Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_past_confirmations")),
    )
    with op.batch_alter_table("past_confirmations") as batch_op:
        batch_op.create_index(op.f("ix_past_confirmations_address_hash"), ["address_hash"], unique=False)
        batch_op.create_index(op.f("ix_past_confirmations_asked_at"), ["asked_at"], unique=False)
    op.create_table(
        "topic_texts",
        sa.Column(
            "topic_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("topic_id", "language", name=op.f("pk_topic_texts")),
    )


def _add_columns() -> None:
    with op.batch_alter_table("consents") as batch_op:
        batch_op.add_column(sa.Column("form", sa.Text(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("version", sa.Text(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("language", sa.Text(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("editor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True))
        batch_op.add_column(sa.Column("user_agent", sa.Text(), server_default="", nullable=False))
        batch_op.add_column(
            sa.Column("delivery_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )
        batch_op.create_index(
            "ix_consents_networks",
            ["at"],
            unique=False,
            postgresql_where=sa.text("network <> ''"),
            sqlite_where=sa.text("network <> ''"),
        )
    with op.batch_alter_table("deliveries") as batch_op:
        batch_op.add_column(
            sa.Column("address_change_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )
        batch_op.add_column(
            sa.Column("mailbox_proof_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )
    with op.batch_alter_table("edition_articles") as batch_op:
        batch_op.create_index("ix_edition_articles_article", ["article_id"], unique=False)
    with op.batch_alter_table("newsletters") as batch_op:
        batch_op.add_column(sa.Column("offers", sa.Text(), server_default="daily,weekly", nullable=False))
        batch_op.add_column(sa.Column("is_weekday_fixed", sa.Boolean(), server_default=sa.true(), nullable=False))
        batch_op.add_column(sa.Column("month_day", sa.Integer(), server_default="1", nullable=False))
        batch_op.add_column(sa.Column("offers_breaking", sa.Boolean(), server_default=sa.true(), nullable=False))
        batch_op.add_column(sa.Column("is_formal", sa.Boolean(), server_default=sa.true(), nullable=False))
        batch_op.add_column(sa.Column("thanks", sa.Text(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("thanks_url", sa.Text(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("role_addresses", sa.Text(), server_default="take", nullable=False))
        batch_op.add_column(sa.Column("disposable_addresses", sa.Text(), server_default="refuse", nullable=False))
    with op.batch_alter_table("subscribers") as batch_op:
        batch_op.add_column(sa.Column("language", sa.Text(), server_default="", nullable=False))
    with op.batch_alter_table("subscriptions") as batch_op:
        batch_op.add_column(sa.Column("weekday", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("hour", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("zone", sa.Text(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("paused_at", newsletter.database.Instant(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("paused_until", newsletter.database.Instant(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("wants_breaking", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.create_index(
            "ix_subscriptions_left",
            ["left_at"],
            unique=False,
            postgresql_where=sa.text("state = 'unsubscribed'"),
            sqlite_where=sa.text("state = 'unsubscribed'"),
        )
        batch_op.create_index(
            "ix_subscriptions_pauses",
            ["paused_until"],
            unique=False,
            postgresql_where=sa.text("state = 'paused'"),
            sqlite_where=sa.text("state = 'paused'"),
        )
        batch_op.create_index(
            "ix_subscriptions_pending",
            ["requested_at"],
            unique=False,
            postgresql_where=sa.text("state = 'pending'"),
            sqlite_where=sa.text("state = 'pending'"),
        )
    with op.batch_alter_table("suppressions") as batch_op:
        batch_op.add_column(sa.Column("asked_at", newsletter.database.Instant(timezone=True), nullable=True))
    with op.batch_alter_table("variants") as batch_op:
        batch_op.add_column(sa.Column("language", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    _drop_columns()
    _drop_tables()


def _drop_columns() -> None:
    with op.batch_alter_table("suppressions") as batch_op:
        batch_op.drop_column("asked_at")
    with op.batch_alter_table("variants") as batch_op:
        batch_op.drop_column("language")
    with op.batch_alter_table("subscriptions") as batch_op:
        batch_op.drop_index(
            "ix_subscriptions_left",
            postgresql_where=sa.text("state = 'unsubscribed'"),
            sqlite_where=sa.text("state = 'unsubscribed'"),
        )
        batch_op.drop_index(
            "ix_subscriptions_pending",
            postgresql_where=sa.text("state = 'pending'"),
            sqlite_where=sa.text("state = 'pending'"),
        )
        batch_op.drop_index(
            "ix_subscriptions_pauses",
            postgresql_where=sa.text("state = 'paused'"),
            sqlite_where=sa.text("state = 'paused'"),
        )
        batch_op.drop_column("wants_breaking")
        batch_op.drop_column("paused_until")
        batch_op.drop_column("paused_at")
        batch_op.drop_column("zone")
        batch_op.drop_column("hour")
        batch_op.drop_column("weekday")
    with op.batch_alter_table("subscribers") as batch_op:
        batch_op.drop_column("language")
    with op.batch_alter_table("newsletters") as batch_op:
        batch_op.drop_column("disposable_addresses")
        batch_op.drop_column("role_addresses")
        batch_op.drop_column("thanks_url")
        batch_op.drop_column("thanks")
        batch_op.drop_column("is_formal")
        batch_op.drop_column("offers_breaking")
        batch_op.drop_column("month_day")
        batch_op.drop_column("is_weekday_fixed")
        batch_op.drop_column("offers")
    with op.batch_alter_table("edition_articles") as batch_op:
        batch_op.drop_index("ix_edition_articles_article")
    with op.batch_alter_table("deliveries") as batch_op:
        batch_op.drop_column("mailbox_proof_id")
        batch_op.drop_column("address_change_id")
    with op.batch_alter_table("consents") as batch_op:
        batch_op.drop_index(
            "ix_consents_networks",
            postgresql_where=sa.text("network <> ''"),
            sqlite_where=sa.text("network <> ''"),
        )
        batch_op.drop_column("delivery_id")
        batch_op.drop_column("user_agent")
        batch_op.drop_column("editor_id")
        batch_op.drop_column("language")
        batch_op.drop_column("version")
        batch_op.drop_column("form")


def _drop_tables() -> None:
    op.drop_table("topic_texts")
    with op.batch_alter_table("past_confirmations") as batch_op:
        batch_op.drop_index(op.f("ix_past_confirmations_asked_at"))
        batch_op.drop_index(op.f("ix_past_confirmations_address_hash"))
    op.drop_table("past_confirmations")
    op.drop_table("newsletter_texts")
    with op.batch_alter_table("mailbox_proofs") as batch_op:
        batch_op.drop_index(op.f("ix_mailbox_proofs_subscription_id"))
    op.drop_table("mailbox_proofs")
    with op.batch_alter_table("leave_reasons") as batch_op:
        batch_op.drop_index("ix_leave_reasons_newsletter")
    op.drop_table("leave_reasons")
    with op.batch_alter_table("import_runs") as batch_op:
        batch_op.drop_index(op.f("ix_import_runs_newsletter_id"))
        batch_op.drop_index(
            "ix_import_runs_at_work",
            postgresql_where=sa.text("state = 'checking' OR state = 'taking'"),
            sqlite_where=sa.text("state = 'checking' OR state = 'taking'"),
        )
        batch_op.drop_index(
            "ix_import_runs_asking",
            postgresql_where=sa.text("ask_at IS NOT NULL"),
            sqlite_where=sa.text("ask_at IS NOT NULL"),
        )
    op.drop_table("import_runs")
    with op.batch_alter_table("import_rows") as batch_op:
        for name, condition in _OF_IMPORT_ROWS.items():
            batch_op.drop_index(name, postgresql_where=sa.text(condition), sqlite_where=sa.text(condition))
        batch_op.drop_index(op.f("ix_import_rows_address_key"))
    op.drop_table("import_rows")
    with op.batch_alter_table("erasures") as batch_op:
        batch_op.drop_index(op.f("ix_erasures_mailbox_proof_id"))
        batch_op.drop_index(
            "ix_erasures_in_flight",
            postgresql_where=sa.text("has_mail_in_flight"),
            sqlite_where=sa.text("has_mail_in_flight"),
        )
        batch_op.drop_index(op.f("ix_erasures_address_hash"))
    op.drop_table("erasures")
    op.drop_table("embed_sites")
    with op.batch_alter_table("address_changes") as batch_op:
        batch_op.drop_index(op.f("ix_address_changes_subscriber_id"))
    op.drop_table("address_changes")
