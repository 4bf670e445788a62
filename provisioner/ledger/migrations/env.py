"""Runs the migrations for Alembic on the connection that `versions.upgrade` passes, in its transaction."""

from alembic import context

from provisioner.ledger.tables import METADATA
from provisioner.ledger.versions import VERSION_TABLE

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    version_table=VERSION_TABLE,
    version_table_pk=False,
)
context.run_migrations()
