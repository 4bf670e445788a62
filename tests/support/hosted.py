"""Reads an account of the Agents API for stories: every object of every kind, and the marks."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Any, Final

from provisioner.runtimes import RUNTIMES
from tests.support import stories

if TYPE_CHECKING:
    from provisioner.model.mark import Mark
    from tests.support.stories import World

Json = dict[str, Any]

BINDINGS: Final = RUNTIMES["agents"].bindings
OUTER: Final = ("assistant", "environment_template", "vault", "skill", "automation")
"""The kinds whose objects are in no other object."""
BY_ITSELF: Final = {"updated_at"}
"""Fields that the server changes with every write."""


def listed(world: World, path: str) -> list[Json]:
    """Return every row below a path, oldest first."""
    return stories.listed(world.server, path, "agents=v1")


def rows(world: World, kind: str) -> list[Json]:
    """Return every live object of a kind. Credentials are those of all vaults."""
    if kind == "credential":
        vaults = listed(world, "vaults")
        return [r for vault in vaults for r in listed(world, f"vaults/{vault['id']}/credentials")]
    return listed(world, BINDINGS[kind].collection)


def versions(world: World, skill: str) -> list[str]:
    """Return the numbers of a skill's versions, oldest first."""
    return [row["version"] for row in listed(world, f"skills/{skill}/versions")]


def account(world: World) -> dict[str, Json]:
    """Return everything on the account, by kind and id, except times of writes."""
    return {
        f"{kind}/{row['id']}": {key: row[key] for key in row if key not in BY_ITSELF}
        for kind in (*OUTER, "credential")
        for row in rows(world, kind)
    }


def marks(world: World) -> dict[str, Mark]:
    """Return every mark on the account, of any owner, by kind and id."""
    found = {
        path: BINDINGS[path.partition("/")[0]].mark_of(row) for path, row in account(world).items()
    }
    return {path: mark for path, mark in found.items() if mark}


def addresses(world: World) -> list[str]:
    """Return the addresses in all marks, sorted. The address of a duplicate occurs twice."""
    return sorted(str(mark.address) for mark in marks(world).values())


def id_of(world: World, address: str) -> str:
    """Return the id of the one live object with an address."""
    return str(row_of(world, address)["id"])


def row_of(world: World, address: str) -> Json:
    """Return the row of the one live object with an address."""
    kind = address.partition(".")[0]
    mark_of = BINDINGS[kind].mark_of
    marked = ((mark_of(row), row) for row in rows(world, kind))
    (found,) = (row for mark, row in marked if mark and str(mark.address) == address)
    return found


def uploaded(world: World, skill: str) -> dict[str, str]:
    """Return the texts of the default version of a skill, by path."""
    with world.client as client:
        archive = client.skills.content.retrieve(skill).content
    with zipfile.ZipFile(io.BytesIO(archive)) as bundle:
        return {name: bundle.read(name).decode() for name in bundle.namelist()}


def zipped(name: str) -> bytes:
    """Return the archive of a plugin, with the same bytes each time."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as bundle:
        bundle.writestr(
            zipfile.ZipInfo("plugin.json", (1980, 1, 1, 0, 0, 0)), f'{{"name":"{name}"}}'
        )
    return out.getvalue()
