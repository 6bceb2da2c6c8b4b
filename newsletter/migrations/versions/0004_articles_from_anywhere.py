"""feeds of all kinds, decisions on articles, revisions, pictures served from here, keys of the API

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

import newsletter.database

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _make_tables()
    _add_columns()
    # What was there before its feed was connected had no other mark so far.
    op.execute("UPDATE articles SET standing = 'old' WHERE released_at IS NULL")


def _make_tables() -> None:
    op.create_table(
        "api_answers",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("api_key_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("idempotency_key", sa.Text(), nullable=False),
        sa.Column("request_hash", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("made_at", newsletter.database.Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_answers")),
        sa.UniqueConstraint("api_key_id", "idempotency_key", name=op.f("uq_api_answers_api_key_id_idempotency_key")),
    )
    with op.batch_alter_table("api_answers") as batch_op:
        batch_op.create_index(op.f("ix_api_answers_made_at"), ["made_at"], unique=False)
    op.create_table(
        "api_keys",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("newsletter_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("beginning", sa.Text(), nullable=False),
        sa.Column("key_hash", sa.Text(), nullable=False),
        sa.Column("created_at", newsletter.database.Instant(timezone=True), nullable=False),
        sa.Column("created_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("last_used_at", newsletter.database.Instant(timezone=True), nullable=True),
        sa.Column("ended_at", newsletter.database.Instant(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_keys")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_api_keys_key_hash")),
    )
    op.create_table(
        "article_revisions",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("article_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("made_at", newsletter.database.Instant(timezone=True), nullable=False),
        sa.Column("editor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article_revisions")),
    )
    with op.batch_alter_table("article_revisions") as batch_op:
        batch_op.create_index(op.f("ix_article_revisions_article_id"), ["article_id"], unique=False)
    op.create_table(
        "category_rules",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("newsletter_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("topic_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_category_rules")),
        sa.UniqueConstraint("newsletter_id", "category", name=op.f("uq_category_rules_newsletter_id_category")),
    )
    op.create_table(
        "feed_pushes",
        sa.Column("feed_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("hub_url", sa.Text(), nullable=False),
        sa.Column("topic_url", sa.Text(), nullable=False),
        sa.Column("nonce", sa.Text(), nullable=False),
        sa.Column("renew_at", newsletter.database.Instant(timezone=True), nullable=False),
        sa.Column("lease_until_at", newsletter.database.Instant(timezone=True), nullable=True),
        sa.Column("last_push_at", newsletter.database.Instant(timezone=True), nullable=True),
        sa.Column("trouble", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("feed_id", name=op.f("pk_feed_pushes")),
    )
    with op.batch_alter_table("feed_pushes") as batch_op:
        batch_op.create_index(op.f("ix_feed_pushes_renew_at"), ["renew_at"], unique=False)
    op.create_table(
        "pictures",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("newsletter_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("address_hash", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("next_try_at", newsletter.database.Instant(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("trouble", sa.Text(), nullable=True),
        sa.Column("digest", sa.Text(), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("content_type", sa.Text(), nullable=True),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("fetched_at", newsletter.database.Instant(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pictures")),
        sa.UniqueConstraint("newsletter_id", "address_hash", name=op.f("uq_pictures_newsletter_id_address_hash")),
    )
    with op.batch_alter_table("pictures") as batch_op:
        batch_op.create_index(op.f("ix_pictures_digest"), ["digest"], unique=False)
        batch_op.create_index(op.f("ix_pictures_next_try_at"), ["next_try_at"], unique=False)


def _add_columns() -> None:
    with op.batch_alter_table("articles") as batch_op:
        batch_op.add_column(sa.Column("origin", sa.Text(), server_default="feed", nullable=False))
        batch_op.add_column(sa.Column("language", sa.Text(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("categories", sa.JSON(), server_default="[]", nullable=False))
        batch_op.add_column(sa.Column("standing", sa.Text(), server_default="free", nullable=False))
        batch_op.add_column(sa.Column("decision", sa.Text(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("embargo_at", newsletter.database.Instant(timezone=True), nullable=True))
        batch_op.add_column(
            sa.Column("same_story_as", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )
        batch_op.add_column(sa.Column("own_title", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("own_summary", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("own_image_url", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("own_image_alt", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("markdown", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("page_due_at", newsletter.database.Instant(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("page_tries", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("has_page_text", sa.Boolean(), server_default="0", nullable=False))
        batch_op.create_index(op.f("ix_articles_page_due_at"), ["page_due_at"], unique=False)
        batch_op.create_index("ix_articles_seen", ["newsletter_id", "first_seen_at"], unique=False)
    with op.batch_alter_table("deliveries") as batch_op:
        batch_op.add_column(sa.Column("feed_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True))
    with op.batch_alter_table("feeds") as batch_op:
        batch_op.add_column(sa.Column("kind", sa.Text(), server_default="feed", nullable=False))
        batch_op.add_column(sa.Column("home_url", sa.Text(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("language", sa.Text(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("rule", sa.Text(), server_default="mail", nullable=False))
        batch_op.add_column(sa.Column("wants_full_text", sa.Boolean(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("asked_every", sa.Integer(), server_default="300", nullable=False))
        batch_op.add_column(sa.Column("wants_fresh", sa.Boolean(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("items_seen", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("remark", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("failing_since_at", newsletter.database.Instant(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("told_at", newsletter.database.Instant(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("ended_at", newsletter.database.Instant(timezone=True), nullable=True))
    with op.batch_alter_table("newsletters") as batch_op:
        batch_op.add_column(sa.Column("logo_url", sa.Text(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("accent", sa.Text(), server_default="", nullable=False))
    with op.batch_alter_table("topics") as batch_op:
        batch_op.add_column(sa.Column("rule", sa.Text(), server_default="mail", nullable=False))


def downgrade() -> None:
    _drop_columns()
    _drop_tables()


def _drop_columns() -> None:
    with op.batch_alter_table("topics") as batch_op:
        batch_op.drop_column("rule")
    with op.batch_alter_table("newsletters") as batch_op:
        batch_op.drop_column("accent")
        batch_op.drop_column("logo_url")
    with op.batch_alter_table("feeds") as batch_op:
        batch_op.drop_column("ended_at")
        batch_op.drop_column("told_at")
        batch_op.drop_column("failing_since_at")
        batch_op.drop_column("remark")
        batch_op.drop_column("items_seen")
        batch_op.drop_column("wants_fresh")
        batch_op.drop_column("asked_every")
        batch_op.drop_column("wants_full_text")
        batch_op.drop_column("rule")
        batch_op.drop_column("language")
        batch_op.drop_column("home_url")
        batch_op.drop_column("kind")
    with op.batch_alter_table("deliveries") as batch_op:
        batch_op.drop_column("feed_id")
    with op.batch_alter_table("articles") as batch_op:
        batch_op.drop_index("ix_articles_seen")
        batch_op.drop_index(op.f("ix_articles_page_due_at"))
        batch_op.drop_column("has_page_text")
        batch_op.drop_column("page_tries")
        batch_op.drop_column("page_due_at")
        batch_op.drop_column("markdown")
        batch_op.drop_column("own_image_alt")
        batch_op.drop_column("own_image_url")
        batch_op.drop_column("own_summary")
        batch_op.drop_column("own_title")
        batch_op.drop_column("same_story_as")
        batch_op.drop_column("embargo_at")
        batch_op.drop_column("decision")
        batch_op.drop_column("standing")
        batch_op.drop_column("categories")
        batch_op.drop_column("language")
        batch_op.drop_column("origin")


def _drop_tables() -> None:
    with op.batch_alter_table("pictures") as batch_op:
        batch_op.drop_index(op.f("ix_pictures_next_try_at"))
        batch_op.drop_index(op.f("ix_pictures_digest"))
    op.drop_table("pictures")
    with op.batch_alter_table("feed_pushes") as batch_op:
        batch_op.drop_index(op.f("ix_feed_pushes_renew_at"))
    op.drop_table("feed_pushes")
    op.drop_table("category_rules")
    with op.batch_alter_table("article_revisions") as batch_op:
        batch_op.drop_index(op.f("ix_article_revisions_article_id"))
    op.drop_table("article_revisions")
    op.drop_table("api_keys")
    with op.batch_alter_table("api_answers") as batch_op:
        batch_op.drop_index(op.f("ix_api_answers_made_at"))
    op.drop_table("api_answers")
