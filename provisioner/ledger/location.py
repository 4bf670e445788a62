"""Find the ledger: a SQLite file, or PostgreSQL at a URL. Loads no database library."""

import re
from dataclasses import replace
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from provisioner.model.codes import ledgers as codes
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.errors import LedgerError
from provisioner.model.frozen import frozen

DEFAULT = Path(".provisioner", "ledger.db")
"""The default place of the ledger, relative to the Stack's folder."""
NONE = "none"
"""The word for no ledger at all."""
POSTGRES = frozenset({"postgresql", "postgres", "postgresql+psycopg"})
SQLITE = "sqlite"
_BROKEN_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:/(?!/)")
"""A URL with one slash too few. A drive of Windows has a single letter and is a path."""


@frozen
class Location:
    """One ledger. `file` is set for SQLite, `url` for PostgreSQL; the URL may hold a password.

    `is_chosen` says that somebody named this ledger. Then a command that needs the ledger refuses to
    go on without it; the default one may fail, and the command goes on and says what it lacks.
    """

    file: Path | None = None
    url: str = ""
    is_chosen: bool = False

    def __str__(self) -> str:
        """Return the location as it may be shown: without user, password and query."""
        if self.file is not None:
            return str(self.file)
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{_host(parts)}{parts.path}"

    def __repr__(self) -> str:
        return f"Location({str(self)!r}, is_chosen={self.is_chosen})"

    def without_secrets(self, text: str) -> str:
        """Return `text` with the URL and its password taken out."""
        if not self.url:
            return text
        password = urlsplit(self.url).password
        text = text.replace(self.url, str(self))
        return text.replace(password, "***") if password else text


def location(said: str | None, root: Path, in_stack: str = "") -> Location | None:
    """Return the place of the ledger that a user named, or None for `none`.

    `said` is a path (relative to the current folder), `sqlite:///PATH` or `postgresql://…`; where it is
    None, `in_stack` counts, in which paths are relative to the Stack's folder `root`. The default is
    a file beside the Stack. Raises LedgerError for any other URL.
    """
    if said is None and in_stack:
        found = location(in_stack, root)
        file = found.file if found else None
        return replace(found, file=root / file) if found and file else found
    if said is None:
        return Location(root / DEFAULT)
    if said == NONE:
        return None
    if _BROKEN_URL.match(said):
        scheme = said.split(":", 1)[0]
        detail = f"`{scheme}:/` has one slash too few: write `{scheme}://`. Nothing was made."
        raise LedgerError(Diagnostic(codes.NO_SUCH_LEDGER, detail))
    if "://" not in said:
        return Location(Path(said), is_chosen=True)
    scheme, rest = said.split("://", 1)
    if scheme == SQLITE and rest.startswith("/") and rest != "/":
        return Location(Path(rest[1:]), is_chosen=True)
    if scheme in POSTGRES and _is_url(said):
        return Location(url=said, is_chosen=True)
    detail = (
        f"`{scheme}://` with what follows is no ledger. Give a file, `postgresql://USER@HOST/DATABASE`,"
        " or `none` to work without a ledger."
    )
    raise LedgerError(Diagnostic(codes.NO_SUCH_LEDGER, detail))


def _is_url(text: str) -> bool:
    try:
        return bool(urlsplit(text).port or text)
    except ValueError:
        return False


def _host(parts: SplitResult) -> str:
    host = parts.hostname or ""
    host = f"[{host}]" if ":" in host else host
    return f"{host}:{parts.port}" if parts.port else host
