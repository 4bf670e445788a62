"""octoDNS, a peer that pip installs: a plan of one change of as many records, in the same run.

Its live side is read from JSON in a file, where ours comes over HTTP. It is installed into a virtual
environment of its own, so that nothing of it is needed for anything else.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.benchmarks.folder import KEY, URL, instructions_of, write
from tests.benchmarks.line import Line
from tests.benchmarks.processes import in_turn, provisioner, served, taken

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PROVIDER = """
import json, logging
from octodns.provider.base import BaseProvider
from octodns.record import Record

class JsonProvider(BaseProvider):
    SUPPORTS_GEO = False
    SUPPORTS = {"A", "TXT"}

    def __init__(self, id, file, *args, **kwargs):
        self.log = logging.getLogger(f"JsonProvider[{id}]")
        super().__init__(id, *args, **kwargs)
        self.file = file

    def populate(self, zone, target=False, lenient=False):
        with open(self.file) as file:
            for row in json.load(file):
                data = {"type": row["type"], "ttl": 300, "value": row["value"]}
                zone.add_record(Record.new(zone, row["name"], data, source=self, lenient=lenient))
        return True
"""
MOST_REPEATED = 1_000
"""The most records of a plan that is made more than once: ten times as many take octoDNS minutes."""
SETTINGS: dict[str, Any] = {
    "manager": {"max_workers": 1},
    "providers": {
        "config": {
            "class": "octodns.provider.yaml.YamlProvider",
            "directory": "./config",
            "default_ttl": 300,
        },
        "live": {"class": "live.JsonProvider", "file": "live.json"},
    },
    "zones": {"example.com.": {"sources": ["config"], "targets": ["live"]}},
}


def octodns(counts: Sequence[int]) -> Iterator[Line]:
    """Plans of one change; nothing where octoDNS cannot be installed here."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        subprocess.run([sys.executable, "-m", "venv", "peer"], cwd=folder, check=True)
        install = ["peer/bin/pip", "install", "-q", "octodns"]
        if subprocess.run(install, cwd=folder, check=False, capture_output=True).returncode:
            sys.stdout.write("octoDNS could not be installed: no line about it\n")
            return
        (folder / "live.py").write_text(PROVIDER, encoding="utf-8")
        _theirs(folder, 8, "A")  # this compiles their modules, as the runs before did with ours
        for count in counts:
            ours = _ours(folder, count)
            for kind in ("A", "TXT"):
                theirs = _theirs(folder, count, kind)
                what = "one address each" if kind == "A" else "a text as long each"
                told = f"plan of one change in {count:,}, CPU"
                yield Line(told, ours, f"octoDNS, {what}", theirs, is_peer=True)


def _ours(folder: Path, count: int) -> float:
    manifests = folder / str(count) / "manifests"
    write(manifests, count)
    with served(manifests) as url:
        edited = manifests / "assistants/clerk-00007.yaml"
        edited.write_text(edited.read_text("utf-8").replace("0.2", "0.3"), encoding="utf-8")
        environ = {URL: url, KEY: "any"}
        taken(provisioner("plan"), folder / str(count), environ)
        (found,) = in_turn([provisioner("plan")], folder / str(count), environ, tries=tries(count))
    if "1 to update" not in found.out:
        raise SystemExit("the plan should have one change")
    return found.cpu


def _theirs(folder: Path, count: int, kind: str) -> float:
    rows = [
        {"name": f"clerk-{number:05}", "type": kind, "value": _value(number, kind)}
        for number in range(count)
    ]
    (folder / "live.json").write_text(json.dumps(rows), encoding="utf-8")
    rows[7]["value"] = _value(count + 7, kind)
    config = {row["name"]: {"ttl": 300, "type": kind, "value": row["value"]} for row in rows}
    (folder / "config").mkdir(exist_ok=True)
    # JSON is YAML; theirs is written as block mappings all the same, as people write it.
    text = "".join(
        f"{name}:\n"
        + textwrap.indent("".join(f"{k}: {json.dumps(v)}\n" for k, v in record.items()), "  ")
        for name, record in config.items()
    )
    (folder / "config/example.com.yaml").write_text(f"---\n{text}", encoding="utf-8")
    (folder / "octodns.yaml").write_text(json.dumps(SETTINGS), encoding="utf-8")
    command = [str(folder / "peer/bin/octodns-sync"), "--config-file", "octodns.yaml"]
    environ = {"PYTHONPATH": str(folder)}
    (found,) = in_turn([command], folder, environ, tries=tries(count))
    return found.cpu


def tries(count: int) -> int:
    """Return how often each program plans so many records. Its best run counts."""
    return 3 if count <= MOST_REPEATED else 1


def _value(number: int, kind: str) -> str:
    if kind == "A":
        return f"10.{number // 65536}.{number // 256 % 256}.{number % 256}"
    return instructions_of(number).replace("\n", " ").strip()
