"""Adds the quarantine, documents in receipts, the specs that runs applied, and the holder's machine."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

MOMENT: sa.Double[float] = sa.Double()
JSON = sa.JSON()
PERHAPS_JSON = sa.JSON(none_as_null=True)


def upgrade() -> None:
    """Add the tables and columns."""
    op.create_table(
        "provisioner_quarantine",
        *_texts("account", "kind", "id", "owner", "condition", "proof", "fingerprint"),
        sa.Column("noted", MOMENT, nullable=False),
        sa.Column("delete_after", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("account", "kind", "id", name="pk_provisioner_quarantine"),
    )
    op.create_table(
        "provisioner_receipt_documents",
        *_texts("run", "store", "file_id", "path", "name", "sha256"),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("object", JSON, nullable=False),
        sa.Column("text", PERHAPS_JSON),
        *_texts("missing"),
        sa.PrimaryKeyConstraint("run", "store", "file_id", name="pk_provisioner_receipt_documents"),
    )
    with op.batch_alter_table("provisioner_receipts") as receipts:
        # SQLite can change a column only by copying the table.
        receipts.alter_column("deleted", existing_type=MOMENT, nullable=True)
        receipts.add_column(sa.Column("noted", MOMENT, nullable=False, server_default="0"))
        receipts.add_column(
            sa.Column("reason", sa.Text(), nullable=False, server_default=sa.text("''"))
        )
    machine = sa.Column("machine", sa.Text(), nullable=False, server_default=sa.text("''"))
    op.add_column("provisioner_leases", machine)
    op.add_column("provisioner_changes", sa.Column("spec", PERHAPS_JSON))
    op.add_column("provisioner_uploads", sa.Column("deleted", MOMENT))


def _texts(*names: str) -> Iterator[sa.Column[Any]]:
    for name in names:
        yield sa.Column(name, sa.Text(), nullable=False)
