"""what editors steer digests by: the calendar, the order, and questions before an edition goes out

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

from newsletter.database import Instant

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _columns() -> dict[str, list[sa.Column[object]]]:
    return {
        "newsletters": [
            sa.Column("sends_from", sa.Integer(), server_default="6", nullable=False),
            sa.Column("sends_until", sa.Integer(), server_default="21", nullable=False),
            sa.Column("blackout_dates", sa.Text(), server_default="", nullable=False),
            sa.Column("on_blackout", sa.Text(), server_default="skip", nullable=False),
            sa.Column("article_order", sa.Text(), server_default="spread", nullable=False),
            sa.Column("asks_approval", sa.Boolean(), server_default=sa.false(), nullable=False),
        ],
        "editions": [
            sa.Column("question", sa.Text(), nullable=True),
            sa.Column("asked_at", Instant(timezone=True), nullable=True),
            sa.Column("reminders", sa.Integer(), server_default="0", nullable=False),
            sa.Column("answered_at", Instant(timezone=True), nullable=True),
            sa.Column("answered_by", _ID, nullable=True),
        ],
        "articles": [
            sa.Column("pinned_at", Instant(timezone=True), nullable=True),
            sa.Column("weight", sa.Integer(), server_default="0", nullable=False),
        ],
        "edition_articles": [sa.Column("pinned_at", Instant(timezone=True), nullable=True)],
        "edition_rhythms": [sa.Column("held_until", Instant(timezone=True), nullable=True)],
    }


def upgrade() -> None:
    for table, columns in _columns().items():
        with op.batch_alter_table(table) as batch_op:
            for column in columns:
                batch_op.add_column(column)


def downgrade() -> None:
    for table, columns in _columns().items():
        with op.batch_alter_table(table) as batch_op:
            for column in columns:
                batch_op.drop_column(column.name)
