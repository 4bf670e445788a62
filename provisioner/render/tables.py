"""Lay out tables for people, and lines of `NAME=id` for pipelines."""

import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from itertools import zip_longest

from provisioner.model.address import Address
from provisioner.model.codes import commands as codes
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.errors import ProvisionerError
from provisioner.render.visible import visible
from provisioner.render.widths import columns, padded

_NOT_A_NAME = re.compile(r"[^A-Z0-9]")


def table(rows: Iterable[Sequence[object]], headers: Sequence[str] = ()) -> str:
    """Return rows in columns, each as wide as its widest cell, separated by two spaces.

    The text has no line break at its end.
    """
    cells = [[visible(str(cell)) for cell in row] for row in rows]
    cells = [list(headers), *cells] if headers else cells
    widths = [max(map(columns, column)) for column in zip_longest(*cells, fillvalue="")]
    return "\n".join(_row(row, widths) for row in cells)


def env_lines(ids: Mapping[Address, str]) -> str:
    """Return a line such as `ASSISTANT_POLICY_QA=asst_…` for each address, in order.

    Raises ProvisionerError if two addresses have the same name, or if an id contains a line break.
    """
    named: dict[str, Address] = {}
    for address in sorted(ids):
        name = env_name(address)
        if name in named:
            raise _collision(name, named[name], address)
        # An id with a line break could set another variable of the pipeline.
        if visible(ids[address]) != ids[address]:
            raise _unprintable(address, ids[address])
        named[name] = address
    # Quoted, because a shell reads these lines and an id is a text of the server.
    return "".join(f"{name}={shlex.quote(ids[address])}\n" for name, address in named.items())


def env_name(address: Address) -> str:
    """Return an address as the name of an environment variable."""
    return _NOT_A_NAME.sub("_", str(address).upper())


def _row(cells: Sequence[str], widths: Sequence[int]) -> str:
    """Return one row, each cell padded to the width of its column."""
    each = (padded(cell, width) for cell, width in zip(cells, widths, strict=False))
    return "  ".join(each).rstrip()


def _collision(name: str, first: Address, second: Address) -> ProvisionerError:
    """Return the error for two addresses that become the same variable."""
    return ProvisionerError(
        Diagnostic(
            codes.SAME_VARIABLE,
            f"{first} and {second} both become the variable {name}. Rename one of them, or take the ids from"
            " --format json, where addresses are keys.",
        )
    )


def _unprintable(address: Address, id: str) -> ProvisionerError:
    """Return the error for an id that cannot be printed on a line of its own."""
    return ProvisionerError(
        Diagnostic(
            codes.ID_UNPRINTABLE,
            f"The server gave {address} the id {visible(id)}, which contains characters that end or"
            " hide a line. Take it from --format json.",
        )
    )
