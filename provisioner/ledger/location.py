"""Finds the place of the ledger: a SQLite file, or a URL of PostgreSQL.

It imports no database library.
"""

import re
from dataclasses import replace
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from provisioner.model.codes import ledgers as codes
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.errors import LedgerError
from provisioner.model.frozen import frozen

DEFAULT = Path(".provisioner", "ledger.db")
"""The default file of the ledger, relative to the Stack's folder."""
NONE = "none"
"""The word with which a user chooses to work without a ledger."""
POSTGRES = frozenset({"postgresql", "postgres", "postgresql+psycopg"})
SQLITE = "sqlite"
_BROKEN_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:/(?!/)")
"""A URL with one slash too few. A Windows path has only one letter before the colon."""


@frozen
class Location:
    """The place of a ledger. `file` is set for SQLite, `url` for PostgreSQL; `url` may have a password.

    `is_chosen` is true if the user named this ledger. If it cannot be used, a command then stops.
    If the default ledger cannot be used, a command continues and warns.
    """

    file: Path | None = None
    url: str = ""
    is_chosen: bool = False

    def __str__(self) -> str:
        """Return the place as it may be shown: without user, password and query."""
        if self.file is not None:
            return str(self.file)
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{_host(parts)}{parts.path}"

    def __repr__(self) -> str:
        return f"Location({str(self)!r}, is_chosen={self.is_chosen})"

    def without_secrets(self, text: str) -> str:
        """Return `text` without the URL and its password."""
        if not self.url:
            return text
        password = urlsplit(self.url).password
        text = text.replace(self.url, str(self))
        return text.replace(password, "***") if password else text


def location(said: str | None, root: Path, in_stack: str = "") -> Location | None:
    """Return the place of the ledger that a user named, None for `none`.

    `said` is a path (relative to the current folder), `sqlite:///PATH` or `postgresql://…`. If it
    is None, `in_stack` is used in the same way, with paths relative to the Stack's folder `root`.
    If that is '' too, it is a file beside the Stack. Raises LedgerError for any other URL.
    """
    if said is None and in_stack:
        found = location(in_stack, root)
        file = found.file if found else None
        return replace(found, file=root / file) if found and file else found
    if said is None:
        return Location(root / DEFAULT)
    if said == NONE:
        return None
    # In a pipeline, a variable that is not set becomes an empty text.
    if not said.strip():
        detail = "It is empty. Give a file, `postgresql://USER@HOST/DATABASE`, or `none`."
        raise LedgerError(Diagnostic(codes.NO_SUCH_LEDGER, detail))
    # Taken for a path, it would silently create an empty ledger in a folder named `sqlite:`.
    if _BROKEN_URL.match(said):
        scheme = said.split(":", 1)[0]
        detail = f"`{scheme}:/` has one slash too few: write `{scheme}://`. Nothing was created."
        raise LedgerError(Diagnostic(codes.NO_SUCH_LEDGER, detail))
    if "://" not in said:
        return Location(Path(said), is_chosen=True)
    scheme, rest = said.split("://", 1)
    if scheme == SQLITE and rest.startswith("/") and rest != "/":
        # As in SQLAlchemy, `sqlite:///x` is relative and `sqlite:////x` is absolute.
        return Location(Path(rest[1:]), is_chosen=True)
    if scheme in POSTGRES and _is_url(said):
        return Location(url=said, is_chosen=True)
    detail = (
        f"This `{scheme}://` URL is not a ledger. Give a file, `postgresql://USER@HOST/DATABASE`, "
        "or `none` to work without a ledger."
    )
    raise LedgerError(Diagnostic(codes.NO_SUCH_LEDGER, detail))


def _is_url(text: str) -> bool:
    try:
        # A wrong port raises ValueError only when it is read.
        return bool(urlsplit(text).port or text)
    except ValueError:
        return False


def _host(parts: SplitResult) -> str:
    host = parts.hostname or ""
    host = f"[{host}]" if ":" in host else host
    return f"{host}:{parts.port}" if parts.port else host
