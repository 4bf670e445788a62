"""Rows for people, and `NAME=id` lines for pipelines."""

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
    """Return columns, each as wide as its widest cell, two spaces apart.

    No line break at the end.
    """
    cells = [[visible(str(cell)) for cell in row] for row in rows]
    cells = [list(headers), *cells] if headers else cells
    widths = [max(map(columns, column)) for column in zip_longest(*cells, fillvalue="")]
    return "\n".join(_row(row, widths) for row in cells)


def env_lines(ids: Mapping[Address, str]) -> str:
    """Return `ASSISTANT_POLICY_QA=asst_…`, a line an address, in order of addresses.

    Raises ProvisionerError where two addresses would have one name, or where an id could start a
    line of its own.
    """
    named: dict[str, Address] = {}
    for address in sorted(ids):
        name = env_name(address)
        if name in named:
            raise _collision(name, named[name], address)
        if visible(ids[address]) != ids[address]:
            raise _unprintable(address, ids[address])
        named[name] = address
    return "".join(f"{name}={shlex.quote(ids[address])}\n" for name, address in named.items())


def env_name(address: Address) -> str:
    return _NOT_A_NAME.sub("_", str(address).upper())


def _row(cells: Sequence[str], widths: Sequence[int]) -> str:
    each = (padded(cell, width) for cell, width in zip(cells, widths, strict=False))
    return "  ".join(each).rstrip()


def _collision(name: str, first: Address, second: Address) -> ProvisionerError:
    return ProvisionerError(
        Diagnostic(
            codes.SAME_VARIABLE,
            f"{first} and {second} would both be {name}. Rename one of them, or take the ids from"
            " --format json, where addresses are keys.",
        )
    )


def _unprintable(address: Address, id: str) -> ProvisionerError:
    return ProvisionerError(
        Diagnostic(
            codes.ID_UNPRINTABLE,
            f"The server gave {address} the id {visible(id)}, which holds characters that end or"
            " hide a line. Take it from --format json.",
        )
    )
