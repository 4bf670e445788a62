"""Defines the tables of the ledger. The migrations create the same tables; a test compares the two.

All times are unix seconds of the database's clock, like the API's own `created_at`. There is no
secret in any table, and texts of prompts are only in receipts, which exist to restore them.
"""

from typing import Final

import sqlalchemy as sa

Json: Final = sa.JSON()
"""The type of JSON columns.

`JSONB` is not used, because it refuses a NUL, which other people's objects may contain.
"""
PerhapsJson: Final = sa.JSON(none_as_null=True)
"""The type of JSON columns in which None is stored as the NULL of SQL."""
Moment: Final[sa.Double[float]] = sa.Double()
"""The type of columns with a time in unix seconds."""

# Migrations refer to constraints by their names, so these are the same in both databases.
METADATA: Final = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

leases: Final = sa.Table(
    "provisioner_leases",
    METADATA,
    sa.Column("owner", sa.Text, primary_key=True),
    sa.Column("epoch", sa.BigInteger, nullable=False),
    sa.Column("token", sa.Text, nullable=False),
    sa.Column("user_name", sa.Text, nullable=False),
    sa.Column("host", sa.Text, nullable=False),
    sa.Column("process", sa.BigInteger, nullable=False),
    sa.Column("verb", sa.Text, nullable=False),
    sa.Column("pipeline", sa.Text, nullable=False),
    sa.Column("since", Moment, nullable=False),
    sa.Column("expires", Moment, nullable=False),
    sa.Column("released", Moment, nullable=False),
    # It identifies the kernel and the file by which a dead holder is recognised: see `presence`.
    sa.Column("machine", sa.Text, nullable=False, server_default=sa.text("''")),
)

runs: Final = sa.Table(
    "provisioner_runs",
    METADATA,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("owner", sa.Text, nullable=False),
    sa.Column("target", sa.Text, nullable=False),
    sa.Column("account", sa.Text, nullable=False),
    sa.Column("user_name", sa.Text, nullable=False),
    sa.Column("host", sa.Text, nullable=False),
    sa.Column("process", sa.BigInteger, nullable=False),
    sa.Column("verb", sa.Text, nullable=False),
    sa.Column("pipeline", sa.Text, nullable=False),
    sa.Column("digest", sa.Text, nullable=False),
    sa.Column("revision", sa.Text, nullable=False),
    sa.Column("version", sa.Text, nullable=False),
    sa.Column("started", Moment, nullable=False),
    sa.Column("ended", Moment),
    sa.Column("status", sa.Text, nullable=False),
    sa.Index(None, "owner", "started"),
)

changes: Final = sa.Table(
    "provisioner_changes",
    METADATA,
    sa.Column(
        "run", sa.Text, sa.ForeignKey("provisioner_runs.id", ondelete="CASCADE"), primary_key=True
    ),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("action", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("object_id", sa.Text, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("error", sa.Text, nullable=False),
    sa.Column("release", sa.BigInteger, nullable=False),
    sa.Column("fields", Json, nullable=False),
    sa.Column("spec", PerhapsJson),
    sa.Index(None, "address"),
)

uploads: Final = sa.Table(
    "provisioner_uploads",
    METADATA,
    sa.Column(
        "number",
        # SQLite counts up by itself only in a key of type INTEGER.
        sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
        primary_key=True,
        autoincrement=True,
    ),
    sa.Column("owner", sa.Text, nullable=False),
    sa.Column("account", sa.Text, nullable=False),
    sa.Column("run", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("path", sa.Text, nullable=False),
    sa.Column("sha256", sa.Text, nullable=False),
    sa.Column("bytes", sa.BigInteger, nullable=False),
    sa.Column("started", Moment, nullable=False),
    sa.Column("file_id", sa.Text, nullable=False),
    sa.Column("deleted", Moment),
    sa.Index(None, "account", "file_id"),
)

objects: Final = sa.Table(
    "provisioner_objects",
    METADATA,
    sa.Column("account", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, primary_key=True),
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("owner", sa.Text, nullable=False),
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("run", sa.Text, nullable=False),
    sa.Column("made", Moment, nullable=False),
    sa.Column("deleted", Moment),
    sa.Index(None, "owner", "address"),
)

receipts: Final = sa.Table(
    "provisioner_receipts",
    METADATA,
    sa.Column("run", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, primary_key=True),
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("owner", sa.Text, nullable=False),
    sa.Column("account", sa.Text, nullable=False),
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("deleted", Moment),
    sa.Column("configuration", Json, nullable=False),
    # A column of a later migration has a default for the rows that exist already.
    sa.Column("noted", Moment, nullable=False, server_default="0"),
    sa.Column("reason", sa.Text, nullable=False, server_default=sa.text("''")),
)

receipt_documents: Final = sa.Table(
    "provisioner_receipt_documents",
    METADATA,
    sa.Column("run", sa.Text, primary_key=True),
    sa.Column("store", sa.Text, primary_key=True),
    sa.Column("file_id", sa.Text, primary_key=True),
    sa.Column("path", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("sha256", sa.Text, nullable=False),
    sa.Column("bytes", sa.BigInteger, nullable=False),
    sa.Column("object", Json, nullable=False),
    # A text column of PostgreSQL would refuse a NUL, which extracted texts may contain.
    sa.Column("text", PerhapsJson),
    sa.Column("missing", sa.Text, nullable=False),
)

quarantine: Final = sa.Table(
    "provisioner_quarantine",
    METADATA,
    sa.Column("account", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, primary_key=True),
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("owner", sa.Text, nullable=False),
    sa.Column("condition", sa.Text, nullable=False),
    sa.Column("proof", sa.Text, nullable=False),
    sa.Column("fingerprint", sa.Text, nullable=False),
    sa.Column("noted", Moment, nullable=False),
    sa.Column("delete_after", Moment, nullable=False),
)

tracked: Final = sa.Table(
    "provisioner_tracked",
    METADATA,
    sa.Column("account", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, primary_key=True),
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("registered", Moment, nullable=False),
    sa.Column("expires", Moment),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("claim", sa.Text, nullable=False, server_default=sa.text("''")),
    # A worker has the row until then, or a delete that failed is not tried again before then.
    sa.Column("free_at", Moment),
    sa.Column("ended", Moment),
    sa.Column("note", sa.Text, nullable=False, server_default=sa.text("''")),
    sa.Index(None, "account", "status", "expires"),
    sa.Index(None, "subject"),
)
