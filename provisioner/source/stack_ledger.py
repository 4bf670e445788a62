"""The setting `ledger` of a Stack or a target: the location of the database that its users share.

This module has its schema and the checks that a schema cannot express.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from provisioner.model.code import Code
from provisioner.model.codes import ledgers as ledger_codes
from provisioner.model.codes import stacks as codes
from provisioner.source.manifest import Place

if TYPE_CHECKING:
    from provisioner.kinds.shared import Schema

KEY: Final = "ledger"
SCHEMES: Final = frozenset({"postgresql", "postgres", "postgresql+psycopg", "sqlite"})
PROPERTY: Final[Schema] = {
    "type": "string",
    "minLength": 1,
    "description": (
        "The location of the ledger: `postgresql://HOST/DATABASE`, a file (relative to the Stack's"
        " folder), or `none`. `--ledger` takes precedence. Never write a password here:"
        " `${env:NAME}` takes the whole URL from the environment, and PostgreSQL's own `PGPASSWORD`"
        " works. Default: `.provisioner/ledger.db` beside the Stack."
    ),
}
_PLACEHOLDER: Final = re.compile(r"\$\{[^}]*\}")
_PASSWORD: Final = re.compile(
    r"://[^/?#@]*:[^/?#@]+@|[?&](password|sslpassword)=[^&]", re.IGNORECASE
)
_SCHEME: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")


def problems(settings: Mapping[str, Any]) -> Iterator[tuple[Place, Code, str]]:
    """Yield the problems of a Stack's spec, or of a target, as written: place, code and detail of each."""
    written = settings.get(KEY)
    # A variable in place of the password is allowed, so variables are removed before the search.
    if isinstance(written, str) and _PASSWORD.search(_PLACEHOLDER.sub("", written)):
        detail = (
            "Remove the password, and replace it on the server, because others may have read it."
            " Write `${env:NAME}` here, or let PostgreSQL's client find it (`PGPASSWORD`,"
            " `~/.pgpass`)."
        )
        yield (KEY,), codes.PASSWORD_IN_LEDGER, detail


def filled_problems(settings: Mapping[str, Any]) -> Iterator[tuple[Place, Code, str]]:
    """Yield the problems that show only after variables are replaced: place, code and detail of each."""
    found = _SCHEME.match(str(settings.get(KEY) or ""))
    if found and found[1].lower() not in SCHEMES:
        detail = f"A ledger cannot be at `{found[1]}://`: name a file, `postgresql://…`, or `none`."
        yield (KEY,), ledger_codes.NO_SUCH_LEDGER, detail
