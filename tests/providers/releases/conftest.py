"""Registries in every kind of place: a folder, object storage, and storage that knows no better."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import TYPE_CHECKING

import pytest

from provisioner.providers.releases import Registry, Release, open_registry
from tests.support.s3 import BUCKET, ENVIRONMENT, Storage, storage

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from provisioner.model.diagnostic import Diagnostic

ID = "acme/prod/policy-qa"
INSTALLED = all(map(find_spec, ("gcsfs", "adlfs")))
collect_ignore = [] if INSTALLED else ["test_other_clients.py"]


@dataclass
class Place:
    """A location of its own for each test, and a clock that stands still until it is moved."""

    location: str
    said: list[Diagnostic] = field(default_factory=list)
    now: float = 1_000_000.0

    def registry(self) -> Registry:
        opened = open_registry(self.location, warn=self.said.append)
        opened._clock = lambda: self.now
        return opened


def release(model: str = "gpt-6.1-terra", *, id: str = ID, **more: object) -> Release:
    params = {"model": model, "instructions": "Antworte höflich. 日本", "temperature": 0.2, **more}
    return Release(id, name="Policy Q&A", params=params, metadata={"team": "people-ops"})


@pytest.fixture(scope="session")
def s3_server() -> Iterator[tuple[Storage, str]]:
    """The storage with the bucket in it, which no test removes."""
    import fsspec

    with storage() as (server, endpoint):
        with pytest.MonkeyPatch.context() as patch:
            for name, value in {**ENVIRONMENT, "AWS_ENDPOINT_URL": endpoint}.items():
                patch.setenv(name, value)
            fsspec.filesystem("s3", skip_instance_cache=True).mkdirs(BUCKET)
        yield server, endpoint


@pytest.fixture
def s3(s3_server: tuple[Storage, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Storage]:
    """The storage, with our environment pointing to it."""
    server, endpoint = s3_server
    for name, value in {**ENVIRONMENT, "AWS_ENDPOINT_URL": endpoint}.items():
        monkeypatch.setenv(name, value)
    server.seen.clear()
    yield server
    server.trouble = None


@pytest.fixture
def s3_location(s3: Storage) -> str:
    assert s3.trouble is None
    return f"s3://{BUCKET}/{uuid.uuid4().hex}/releases"


@pytest.fixture(params=["folder", "s3", "memory"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    if request.param == "folder":
        return Place(str(tmp_path / "releases"))
    if request.param == "s3":
        return Place(request.getfixturevalue("s3_location"))
    return Place(f"memory://{uuid.uuid4().hex}/releases")


@pytest.fixture
def folder(tmp_path: Path) -> Place:
    return Place(str(tmp_path / "releases"))
