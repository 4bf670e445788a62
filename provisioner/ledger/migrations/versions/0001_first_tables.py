"""Creates the first tables.

A released migration is never edited: a later change is a new migration.
"""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

MOMENT: sa.Double[float] = sa.Double()
JSON = sa.JSON()
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the first tables of the ledger."""
    _locks_and_history()
    _objects_and_files()


def _locks_and_history() -> None:
    op.create_table(
        "provisioner_leases",
        *_texts("owner"),
        *_columns(sa.BigInteger(), "epoch"),
        *_texts("token", "user_name", "host"),
        *_columns(sa.BigInteger(), "process"),
        *_texts("verb", "pipeline"),
        *_columns(MOMENT, "since", "expires", "released"),
        sa.PrimaryKeyConstraint("owner", name="pk_provisioner_leases"),
    )
    op.create_table(
        "provisioner_runs",
        *_texts("id", "owner", "target", "account", "user_name", "host"),
        *_columns(sa.BigInteger(), "process"),
        *_texts("verb", "pipeline", "digest", "revision", "version"),
        *_columns(MOMENT, "started"),
        sa.Column("ended", MOMENT),
        *_texts("status"),
        sa.PrimaryKeyConstraint("id", name="pk_provisioner_runs"),
    )
    _index("provisioner_runs", "owner", "started")
    op.create_table(
        "provisioner_changes",
        *_texts("run"),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        *_texts("address", "action", "reason", "object_id", "status", "error"),
        *_columns(sa.BigInteger(), "release"),
        *_columns(JSON, "fields"),
        sa.ForeignKeyConstraint(
            ["run"],
            ["provisioner_runs.id"],
            name="fk_provisioner_changes_run_provisioner_runs",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("run", "number", name="pk_provisioner_changes"),
    )
    _index("provisioner_changes", "address")


def _objects_and_files() -> None:
    op.create_table(
        "provisioner_uploads",
        sa.Column("number", NUMBER, autoincrement=True, nullable=False),
        *_texts("owner", "account", "run", "name", "path", "sha256"),
        *_columns(sa.BigInteger(), "bytes"),
        *_columns(MOMENT, "started"),
        *_texts("file_id"),
        sa.PrimaryKeyConstraint("number", name="pk_provisioner_uploads"),
    )
    _index("provisioner_uploads", "account", "file_id")
    op.create_table(
        "provisioner_objects",
        *_texts("account", "kind", "id", "owner", "address", "run"),
        *_columns(MOMENT, "made"),
        sa.Column("deleted", MOMENT),
        sa.PrimaryKeyConstraint("account", "kind", "id", name="pk_provisioner_objects"),
    )
    _index("provisioner_objects", "owner", "address")
    op.create_table(
        "provisioner_receipts",
        *_texts("run", "kind", "id", "owner", "account", "address"),
        *_columns(MOMENT, "deleted"),
        *_columns(JSON, "configuration"),
        sa.PrimaryKeyConstraint("run", "kind", "id", name="pk_provisioner_receipts"),
    )
    op.create_table(
        "provisioner_tracked",
        *_texts("account", "kind", "id", "subject"),
        *_columns(MOMENT, "registered"),
        sa.Column("expires", MOMENT),
        *_texts("status"),
        sa.PrimaryKeyConstraint("account", "kind", "id", name="pk_provisioner_tracked"),
    )
    _index("provisioner_tracked", "status", "expires")
    _index("provisioner_tracked", "subject")


def _texts(*names: str) -> Iterator[sa.Column[str]]:
    return _columns(sa.Text(), *names)


def _columns(type: sa.types.TypeEngine[Any], *names: str) -> Iterator[sa.Column[Any]]:
    for name in names:
        yield sa.Column(name, type, nullable=False)


def _index(table: str, *columns: str) -> None:
    op.create_index("_".join(("ix", table, *columns)), table, list(columns))
