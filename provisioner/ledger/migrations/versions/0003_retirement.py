"""Adds claims of workers that delete tracked objects together, and the result for each object."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TABLE = "provisioner_tracked"
MOMENT: sa.Double[float] = sa.Double()


def upgrade() -> None:
    """Add the columns, and an index by which the expired objects of one account are found."""
    for name in ("claim", "note"):
        text = sa.Column(name, sa.Text(), nullable=False, server_default=sa.text("''"))
        op.add_column(TABLE, text)
    op.add_column(TABLE, sa.Column("free_at", MOMENT))
    op.add_column(TABLE, sa.Column("ended", MOMENT))
    op.drop_index(f"ix_{TABLE}_status_expires", TABLE)
    op.create_index(f"ix_{TABLE}_account_status_expires", TABLE, ["account", "status", "expires"])
