"""installation: under which public address a database was opened

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

import newsletter.database

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "installation",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("public_url", sa.Text(), nullable=False),
        sa.Column("opened_at", newsletter.database.Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_installation")),
    )


def downgrade() -> None:
    op.drop_table("installation")
