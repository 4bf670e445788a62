"""Scenes that a released version left on a target, for tests of the present version.

They are in tests/fixtures.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from provisioner import emulator
from tests.fixtures.make import SECRETS, Normalising, load
from tests.support.stories import RUN_OPTIONS, World

if TYPE_CHECKING:
    import pytest

FIXTURES = Path(__file__).parents[1] / "fixtures"
TARGETS = {"samples-local": "local"} | {
    f"samples-{name}": name for name in ("local-responses", "local-agents")
}
"""The target of each scene whose Stack has several targets."""
Json = dict[str, Any]


class _Account:
    """The WSGI application that replaces the embedded server of a run.

    The account outlives the run.
    """

    def __init__(self, world: World) -> None:
        self.world = world

    def __call__(self, environ: Any, start_response: Any) -> Any:
        return self.world.app(environ, start_response)

    def close(self) -> None:
        """Do nothing, because the account stays."""


def scene(name: str, root: Path, monkeypatch: pytest.MonkeyPatch, version: str = "0.1.0") -> World:
    """Set up a working directory and an account as a released version left them.

    The server's clock shows the time at which the fixture was made.
    """
    folder = FIXTURES / version / name
    manifests = folder / "manifests"
    if not manifests.exists():
        manifests = folder.parent / name.partition("-")[0] / "manifests"
    shutil.copytree(manifests, root / "manifests")
    if (folder / "releases").exists():
        shutil.copytree(folder / "releases", root / ".provisioner" / "releases")
    account = json.loads((folder / "account.json").read_text("utf-8"))
    data = root / "account.sqlite"
    server = emulator.create_app(data, clock=lambda: float(account["made_at"]))
    load(account, data)
    options = replace(RUN_OPTIONS, environ=SECRETS, target=TARGETS.get(name))
    habit = Normalising(server) if "odd" in name else server
    world = World(root, server, habit, options)
    monkeypatch.chdir(root)
    monkeypatch.setattr(emulator, "create_app", lambda _data: _Account(world))
    return world


def planned_then(name: str, version: str = "0.1.0") -> Json:
    """Return the JSON document of the plan that the released version made for the scene."""
    data: Json = json.loads((FIXTURES / version / name / "plan.json").read_text("utf-8"))
    return data
