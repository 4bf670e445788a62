"""Fixtures: a folder of manifests that a test writes."""

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from provisioner.source import Loaded
from tests.source.folders import STACK, Folder


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    """An empty folder `manifests` in an empty working directory."""
    monkeypatch.chdir(tmp_path)
    root = Path("manifests")
    root.mkdir()
    return Folder(root)


@pytest.fixture
def assistant(folder: Folder) -> Callable[..., Loaded]:
    """Load a folder with a Stack and one assistant, `a`, whose spec is given as YAML."""

    def load_one(spec: str, stack: str = STACK, **options: Any) -> Loaded:
        head = "apiVersion: provisioner/v1\nkind: Assistant\nmetadata: {name: a}\nspec:\n"
        body = "".join(f"  {line}\n" for line in dedent(spec).strip().splitlines())
        folder.write(**{"stack.yaml": stack, "a.yaml": head + body})
        return folder.load(**options)

    return load_one
