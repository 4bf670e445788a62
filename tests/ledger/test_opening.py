"""Opening a ledger: made for this user alone, brought forward, or refused in one clear sentence."""

from __future__ import annotations

import errno
import logging
import os
import shutil
import stat
import tempfile
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from provisioner.ledger import versions
from provisioner.ledger.database import Database
from provisioner.ledger.failures import ledger_error
from provisioner.ledger.location import Location
from provisioner.ledger.location import location as location_of
from provisioner.ledger.opening import ledger, ledger_to_read
from provisioner.ledger.tables import METADATA
from provisioner.model.errors import LedgerError
from provisioner.model.ledger import Tracked
from tests.ledger.conftest import ANNA

if TYPE_CHECKING:
    from collections.abc import Iterator

OWNER = "k3v9q0x7dp/prod"


def refused(location: Location) -> str:
    """The code and the detail with which a ledger is refused."""
    with pytest.raises(LedgerError) as caught, ledger(location) as opened:
        opened.leases.acquire(OWNER, ANNA, 60)
    [diagnostic] = caught.value.diagnostics
    return f"{diagnostic.code.name} {diagnostic.detail}"


def test_a_new_ledger_is_for_this_user_alone(tmp_path: Path) -> None:
    file = tmp_path / "a" / ".provisioner" / "ledger.db"

    with ledger(Location(file)) as opened:
        opened.leases.acquire(OWNER, ANNA, 60)
        made = [*file.parent.glob("ledger.db*")]
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in made}

    assert set(modes.values()) == {0o600}
    assert "ledger.db" in modes
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert (file.parent / ".gitignore").read_text() == "*\n"


def test_both_ways_of_making_the_tables_end_in_the_same_ones(location: Location) -> None:
    database = Database(location, writable=True)
    with database.writing() as connection:
        versions.upgrade(connection)
    with database.reading() as connection:
        options = {"version_table": versions.VERSION_TABLE, "compare_server_default": True}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, METADATA) == []
        assert context.get_current_revision() == versions.NEWEST
    versions.prepare(database)
    versions.check(database)
    database.close()


def test_the_newest_migration_is_the_version_that_new_ledgers_get() -> None:
    heads = ScriptDirectory(str(versions.MIGRATIONS)).get_heads()

    assert heads == [versions.NEWEST]


def test_a_ledger_stays_what_it_is_when_it_is_opened_again(location: Location) -> None:
    with ledger(location) as opened:
        opened.leases.acquire(OWNER, ANNA, 60)

    with ledger(location) as opened:
        assert opened.leases.state(OWNER).holder == ANNA
    with ledger_to_read(location) as opened:
        assert opened.leases.state(OWNER).holder == ANNA


def test_a_ledger_of_a_newer_version_is_left_alone(location: Location) -> None:
    with ledger(location) as opened, opened.leases.database.writing() as connection:
        table = sa.table(versions.VERSION_TABLE, sa.column("version_num"))
        connection.execute(sa.update(table).values(version_num="0999"))

    assert refused(location).startswith("ledger-newer ")
    with pytest.raises(LedgerError, match="ledger-newer"), ledger_to_read(location):
        pass


def test_where_there_is_none_reading_makes_none(location: Location) -> None:
    with pytest.raises(LedgerError, match="no-ledger-yet"), ledger_to_read(location):
        pass
    assert location.file is None or not location.file.exists()


@pytest.mark.parametrize("text", [b"no database at all" * 100, b"SQLite format 3\0" + b"x" * 4000])
def test_what_is_no_database_is_damaged(tmp_path: Path, text: bytes) -> None:
    file = tmp_path / "ledger.db"
    file.write_bytes(text)

    assert refused(Location(file)).startswith("ledger-damaged ")
    assert "Move the file away" in refused(Location(file))
    assert file.read_bytes() == text


def test_a_page_that_was_overwritten_is_damage(tmp_path: Path) -> None:
    file = tmp_path / "ledger.db"
    with ledger(Location(file)) as opened:
        opened.leases.acquire(OWNER, ANNA, 60)
    data = bytearray(file.read_bytes())
    data[100:8192] = os.urandom(8092)
    file.write_bytes(data)

    assert refused(Location(file)).startswith("ledger-damaged ")


def test_a_file_that_is_deleted_or_replaced_while_it_is_in_use_is_noticed(tmp_path: Path) -> None:
    file = tmp_path / "ledger.db"
    with ledger(Location(file)) as opened:
        opened.leases.acquire(OWNER, ANNA, 60)
        shutil.copy(file, tmp_path / "copy.db")
        file.unlink()
        with pytest.raises(LedgerError, match="ledger-replaced"):
            opened.leases.state(OWNER)
        (tmp_path / "copy.db").rename(file)
        with pytest.raises(LedgerError, match="ledger-replaced"):
            opened.leases.release(OWNER, "token")


@contextmanager
def nobody() -> Iterator[None]:
    """Somebody who may do nothing, where the tests run as root."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that everybody gets to; pytest's own ones are for one user."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


def test_a_folder_that_takes_no_writes_is_said_to_be_read_only(open_folder: Path) -> None:
    open_folder.chmod(0o555)

    with nobody():
        found = refused(Location(open_folder / "ledger.db"))

    assert found.startswith("ledger-read-only ")
    assert "Permission denied" in found


def test_a_ledger_that_takes_no_writes_is_read_all_the_same(open_folder: Path) -> None:
    location = Location(open_folder / "ledger.db", is_chosen=True)
    with ledger(location) as opened:
        opened.leases.acquire(OWNER, ANNA, 60)
    (open_folder / "ledger.db").chmod(0o444)
    open_folder.chmod(0o555)

    with nobody():
        found = refused(location)
        with ledger_to_read(location) as opened:
            assert opened.leases.state(OWNER).holder == ANNA

    assert found.startswith("ledger-read-only ")
    assert "`--ledger none` works without a ledger" in found


def test_a_full_disk_keeps_what_was_there(tmp_path: Path) -> None:
    location = Location(tmp_path / "ledger.db")
    with ledger(location) as opened:
        opened.leases.acquire(OWNER, ANNA, 60)
        engine = opened.leases.database.engine
        engine.dispose()
        sa.event.listen(engine, "connect", lambda it, _: it.execute("PRAGMA max_page_count = 1"))
        thread = Tracked("account", "thread", "t" * 10_000)
        with pytest.raises(LedgerError, match="ledger-disk-full"):
            opened.tracked.register([thread])
        assert opened.leases.state(OWNER).holder == ANNA


@pytest.mark.parametrize(
    ("disk", "code"),
    [
        ({"f_bavail": 1}, "ledger-disk-full"),
        ({"f_flag": os.ST_RDONLY}, "ledger-read-only"),
        ({}, "ledger-not-opened"),
    ],
)
def test_what_sqlite_says_of_a_disk_is_looked_up(
    disk: dict[str, int], code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # SQLite says the same of a full disk, of a read-only one and of a folder in the database's place.
    location = Location(tmp_path / "ledger.db")
    (tmp_path / "ledger.db").mkdir()
    usual = {"f_flag": 0, "f_frsize": 4096, "f_blocks": 1_000_000, "f_bavail": 1_000_000}
    monkeypatch.setattr(os, "statvfs", lambda _: SimpleNamespace(**usual | disk))

    assert refused(location).startswith(f"{code} ")


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (errno.EROFS, "ledger-read-only"),
        (errno.ENOSPC, "ledger-disk-full"),
        (errno.ENOTDIR, "ledger-not-opened"),
    ],
)
def test_what_the_system_refuses_has_a_code(number: int, code: str) -> None:
    error = ledger_error(OSError(number, os.strerror(number)), Location(Path("ledger.db")))

    [diagnostic] = error.diagnostics
    assert diagnostic.code.name == code
    assert diagnostic.detail.startswith(f"ledger.db: {os.strerror(number)}. ")


def test_a_folder_in_place_of_a_file_is_not_opened(tmp_path: Path) -> None:
    told = f"ledger-not-opened {tmp_path} is a folder, and a ledger is a file. Name a file."
    assert refused(Location(tmp_path)) == told
    with pytest.raises(LedgerError, match="is a folder"), ledger_to_read(Location(tmp_path)):
        pass
    assert "/dev/null is a device" in refused(Location(Path("/dev/null")))
    (tmp_path / "file").touch()
    assert refused(Location(tmp_path / "file" / "ledger.db")).startswith("ledger-not-opened ")


def test_a_folder_where_no_file_can_be_made_is_not_called_full() -> None:
    """/proc has no blocks at all, so none of them is free."""
    assert refused(Location(Path("/proc/ledger.db"))).startswith("ledger-not-opened ")


@pytest.mark.parametrize("said", ["", " ", "\n"])
def test_a_name_without_text_is_no_ledger(said: str) -> None:
    with pytest.raises(LedgerError, match="It is empty"):
        location_of(said, Path())


def test_an_interruption_while_a_connection_is_given_back_prints_no_traceback(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    # pytest's own handlers would take what Python prints on a terminal without any.
    handlers, logging.root.handlers = logging.root.handlers, []
    try:
        with ledger(Location(tmp_path / "ledger.db")) as opened:
            engine = opened.leases.database.engine
            sa.event.listen(engine, "reset", stop)
            with pytest.raises(KeyboardInterrupt):
                opened.leases.state(OWNER)
            sa.event.remove(engine, "reset", stop)
    finally:
        logging.root.handlers = handlers

    assert capfd.readouterr().err == ""


def test_a_database_that_does_not_answer_is_named_without_its_password() -> None:
    url = "postgresql://anna:s3cr3t@127.0.0.1:9/team?password=s3cr3t&sslmode=disable"

    found = refused(location_of(url, Path()) or Location())

    assert found.startswith("ledger-unreachable postgresql://127.0.0.1:9/team: ")
    assert "s3cr3t" not in found
    assert "anna" not in found


def test_a_wrong_password_is_not_repeated(database: str) -> None:
    url = database.replace("postgresql://", "postgresql://stranger:s3cr3t@", 1)
    url = url.replace("postgres@", "").replace("postgres:@", "")

    found = refused(Location(url=url, is_chosen=True))

    assert found.startswith("ledger-unreachable ")
    assert "s3cr3t" not in found


@pytest.mark.parametrize(
    ("said", "shown", "is_chosen"),
    [
        (None, "stack/.provisioner/ledger.db", False),
        ("team.db", "team.db", True),
        ("sqlite:///var/ledger.db", "var/ledger.db", True),
        ("sqlite:////var/ledger.db", "/var/ledger.db", True),
        ("postgresql://me:pw@db.example.com:5433/x", "postgresql://db.example.com:5433/x", True),
        ("postgres://me@[::1]/x?sslmode=require", "postgres://[::1]/x", True),
    ],
)
def test_a_location_is_shown_without_what_is_secret(
    said: str | None, shown: str, is_chosen: bool
) -> None:
    found = location_of(said, Path("stack"))

    assert found
    assert (str(found), found.is_chosen) == (shown, is_chosen)
    assert "pw" not in repr(found)


@pytest.mark.parametrize(
    ("said", "in_stack", "told"),
    [
        (None, "team.db", "stack/team.db"),
        (None, "/var/team.db", "/var/team.db"),
        (None, "sqlite:///team.db", "stack/team.db"),
        (None, "postgresql://db.example.com/x", "postgresql://db.example.com/x"),
        (None, "none", "None"),
        ("mine.db", "team.db", "mine.db"),
        ("none", "team.db", "None"),
    ],
)
def test_a_path_in_the_stack_is_relative_to_it_and_the_command_line_wins(
    said: str | None, in_stack: str, told: str
) -> None:
    found = location_of(said, Path("stack"), in_stack)

    assert str(found) == told
    assert found is None or found.is_chosen


def test_none_is_no_ledger() -> None:
    assert location_of("none", Path()) is None


@pytest.mark.parametrize(
    "said", ["mysql://host/x", "sqlite://", "sqlite:///", "postgresql://h:x/y", "https://host"]
)
def test_what_is_no_ledger_is_refused(said: str) -> None:
    with pytest.raises(LedgerError, match="no-such-ledger"):
        location_of(said, Path())


@pytest.mark.parametrize(
    "said", ["postgresql:/u:secret@h/x", "sqlite:/x.db", "postgres:/h", "mysql:/h/x"]
)
def test_a_url_with_a_slash_too_few_becomes_no_file(said: str, tmp_path: Path) -> None:
    with pytest.raises(LedgerError) as raised:
        location_of(said, tmp_path)
    (told,) = raised.value.diagnostics
    assert "one slash too few" in told.detail
    assert "secret" not in told.detail


@pytest.mark.parametrize("said", ["C:/ledgers/a.db", "./a:b/c.db", "ledger.db"])
def test_a_path_stays_a_path(said: str, tmp_path: Path) -> None:
    found = location_of(said, tmp_path)
    assert found is not None
    assert found.file == Path(said)


def test_a_ledger_of_the_first_version_is_brought_forward_with_all_that_it_holds(
    location: Location,
) -> None:
    """One row of every table that the first version had is read back by this version."""
    database = Database(location, writable=True)
    with database.writing() as connection:
        versions.upgrade(connection, "0001")
        tables = sa.MetaData()
        tables.reflect(connection)
        for table in tables.sorted_tables:
            if table.name != versions.VERSION_TABLE:
                connection.execute(sa.insert(table).values(_row(table)))
    with pytest.raises(LedgerError, match="ledger-older"), ledger_to_read(location):
        pass
    database.close()

    with ledger(location) as opened:
        run = opened.runs.find("id")
        assert run
        assert [one.fields for one in run.changes] == [("model",)]
        assert [one.spec for one in run.changes] == [None]
        [receipt] = opened.receipts.of_run("run")
        assert list(receipt.configuration) == ["model"]
        assert (receipt.deleted, receipt.noted) == (7.0, 0.0)
        upload = opened.uploads.of_file("account", "file_id")
        assert upload
        assert (upload.sha256, upload.deleted) == ("sha256", None)
        assert opened.objects.find("account", "kind", "id")
        assert opened.leases.state("owner").epoch == 7
        assert opened.remembered("account").is_known
    with ledger_to_read(location) as opened:
        assert opened.tracked.of_subject("subject") == []


def _row(table: sa.Table) -> dict[str, object]:
    """Return a value for each column: its own name for a text, 7 for a number."""
    kinds = {sa.JSON: ["model"], sa.Text: None, sa.String: None}
    row: dict[str, object] = {}
    for column in table.columns:
        found = next((v for kind, v in kinds.items() if isinstance(column.type, kind)), 7)
        row[column.name] = column.name if found is None else found
    if table.name == "provisioner_changes":
        row["run"] = "id"
    if table.name == "provisioner_runs":
        row["status"] = "started"
    return row
