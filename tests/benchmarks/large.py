"""Large documents: their digests, the memory of the embedded server, and a search in many chunks."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import httpx2
import yaml

from tests.benchmarks.folder import KEY, TARGET, URL
from tests.benchmarks.line import Line
from tests.benchmarks.processes import embedded, in_turn, provisioner, python, taken
from tests.support.stories import STACK, manifest

if TYPE_CHECKING:
    from collections.abc import Iterator

MEGABYTES = 400
SENTENCE = "A sentence of the handbook, number {}, that says what is to be done in such a case.\n"
SEARCHED = 200_000
"""Sentences of the document that is searched: as many as make 10,000 chunks."""
BEFORE = 1.9
"""The seconds that a search in so many chunks took before words were counted ahead."""
SHA256 = """
import hashlib
with open("manifests/large.md", "rb") as file:
    hashlib.file_digest(file, "sha256")
"""


@dataclass(frozen=True)
class _Server:
    url: str
    pid: int

    @property
    def peak(self) -> float:
        """Its most memory so far, in MB; 0 where the system does not tell."""
        try:
            told = Path(f"/proc/{self.pid}/status").read_text(encoding="ascii")
        except OSError:
            return 0.0
        (line,) = (line for line in told.splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024

    @property
    def cpu(self) -> float:
        """Its CPU seconds so far, user and system."""
        told = Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii")
        user, system = told.rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def documents() -> Iterator[Line]:
    """A document of 400 MB, and a search in another one."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _written(folder / "manifests")
        with embedded(folder / "data.sqlite") as (url, pid):
            server = _Server(url, pid)
            environ = {URL: url, KEY: "any"}
            commands = [provisioner("validate"), python(SHA256)]
            ours, digest = in_turn(commands, folder, environ, tries=3)
            what = f"a document of {MEGABYTES} MB"
            yield Line(f"{what}: validate, CPU", ours.cpu, "its SHA-256", digest.cpu)
            taken(provisioner("apply", "--yes"), folder, environ)
            if server.peak:
                of_server = f"{what}: memory of the server"
                yield Line(of_server, server.peak, "its size", MEGABYTES, "MB", bound=1)
                found = _searched(server)
                yield Line("a search in 10,000 chunks, CPU", found, "before", BEFORE, bound=1 / 3)


def _written(manifests: Path) -> None:
    manifests.mkdir()
    block = "".join(map(SENTENCE.format, range(10_000))).encode()
    with (manifests / "large.md").open("wb") as file:
        for _ in range(MEGABYTES * 1_000_000 // len(block)):
            file.write(block)
    searched = "".join(map(SENTENCE.format, range(SEARCHED)))
    (manifests / "searched.md").write_text(searched, encoding="utf-8")
    stack = {**STACK, "spec": {"default_target": "live", "targets": {"live": TARGET}}}
    stores = [
        manifest("VectorStore", name, files=[f"{name}.md"], chunking_strategy={"type": "auto"})
        for name in ("large", "searched")
    ]
    (manifests / "all.yaml").write_text(yaml.safe_dump_all([stack, *stores]), encoding="utf-8")


def _searched(server: _Server) -> float:
    """CPU seconds of the server for a search in a store. The first one makes the index."""
    url = server.url
    with httpx2.Client(headers={"Authorization": "Bearer any"}, timeout=300) as client:
        rows = client.get(f"{url}/vector_stores").json()["data"]
        store = next(row["id"] for row in rows if row["name"] == "searched")
        seconds = []
        for _ in range(3):
            began = server.cpu
            body = {"query": "What is to be done in case 4711?"}
            found = client.post(f"{url}/vector_stores/{store}/search", json=body)
            seconds.append(server.cpu - began)
    if not found.json()["data"]:
        raise SystemExit("the search should find something")
    return min(seconds[1:])
