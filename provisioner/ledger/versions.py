"""Brings the tables to the newest version: creates or migrates them, or refuses a newer ledger.

A new ledger gets its tables directly and is recorded as the newest version, so that the migrations
need not be imported. A test proves that both ways create the same tables.
"""

from pathlib import Path
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from provisioner.ledger.database import Database
from provisioner.ledger.location import NONE, Location
from provisioner.ledger.tables import METADATA
from provisioner.model.codes import ledgers as codes
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.errors import LedgerError

NEWEST: Final = "0003"
"""The version of the tables after the newest migration.

Versions are numbers of four digits, so that they can be compared as texts.
"""
VERSION_TABLE: Final = "provisioner_ledger_version"
MIGRATIONS: Final = Path(__file__).with_name("migrations")
_LOCK: Final = 0x70726F76
"""The number of the lock under which only one process at a time creates tables in PostgreSQL."""


def prepare(database: Database) -> None:
    """Create the tables, or migrate them. Raises LedgerError if a newer version wrote them."""
    with database.reading() as connection:
        version = _version(connection)
    if version != NEWEST:
        _check_known(version, database.location)
        with database.writing() as connection:
            _lock(connection)
            # The version is read again, because another process may have had the lock until now.
            _bring_forward(connection, _version(connection), database.location)


def check(database: Database) -> None:
    """Raise LedgerError if the tables do not have this version. Commands that only read call it."""
    with database.reading() as connection:
        version = _version(connection)
    _check_known(version, database.location)
    if not version:
        detail = (
            f"The database {database.location} does not contain the tables of a ledger. The first "
            "command that writes, such as apply, creates them. If there was a ledger before, correct "
            "the address."
        )
        raise LedgerError(Diagnostic(codes.NO_LEDGER_YET, detail))
    if version != NEWEST:
        detail = (
            f"{database.location} has version {version}, but this program reads version {NEWEST}. "
            "The next command that writes, such as apply, updates it."
        )
        raise LedgerError(Diagnostic(codes.LEDGER_OLDER, detail))


def upgrade(connection: Connection, target: str = "head") -> None:
    """Run the missing migrations inside the transaction of `connection`."""
    # Its import takes a tenth of a second, and a new or current ledger does not need it.
    from alembic import command
    from alembic.config import Config

    config = Config()
    # In the settings of Alembic a `%` begins a name that is filled in.
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, target)


def _bring_forward(connection: Connection, version: str, location: Location) -> None:
    _check_known(version, location)
    if version:
        upgrade(connection)
    else:
        METADATA.create_all(connection)
        version_table = sa.Table(
            VERSION_TABLE, sa.MetaData(), sa.Column("version_num", sa.String(32), nullable=False)
        )
        version_table.create(connection)
        connection.execute(sa.insert(version_table).values(version_num=NEWEST))


def _check_known(version: str, location: Location) -> None:
    if version > NEWEST:
        detail = (
            f"{location} was written by a newer version of this program (tables {version}; this "
            f"one reads {NEWEST}). Nothing in it was changed. Update this program, or work "
            f"without a ledger: `--ledger {NONE}`."
        )
        raise LedgerError(Diagnostic(codes.LEDGER_NEWER, detail))


def _version(connection: Connection) -> str:
    """Return the version of the tables, '' if there are none."""
    if not sa.inspect(connection).has_table(VERSION_TABLE):
        return ""
    found = connection.execute(sa.text(f"SELECT version_num FROM {VERSION_TABLE}"))  # noqa: S608 - a constant
    return str(found.scalar() or "")


def _lock(connection: Connection) -> None:
    # A lock that belongs to the transaction, not to the session, also works with a connection pool.
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
