"""A folder of assistants as customers have them, and the rows that a server holds of them.

Their instructions have 2 to 20 kB, and each has three tools and metadata.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

from provisioner.engine.marks import make_mark
from provisioner.kinds import KINDS
from provisioner.runtimes import RUNTIMES
from provisioner.verbs._shared.session import RunOptions, read
from tests.support.stories import DUMPER, STACK, manifest

if TYPE_CHECKING:
    from pathlib import Path

    from provisioner.model.address import Address
    from provisioner.model.resource import Desired, Resource
    from provisioner.model.stack import Stack

URL, KEY = "BENCHMARK_URL", "BENCHMARK_KEY"
"""The environment variables that hold the address of the target and its key."""
TARGET = {"runtime": "assistants", "base_url": f"${{env:{URL}}}", "api_key_env": KEY}
LINE = "You answer questions of Acme staff number {} from the policy library, and nothing else.\n"
SHORTEST, LONGEST = 2_000, 20_000
"""Characters of the instructions of an assistant."""
STORES = 10
BEGAN, A_SECOND = 1_790_000_000, 4
"""The time at which the first row was created, in Unix seconds, and how many were in each second."""


def write(folder: Path, count: int) -> None:
    """Write `count` assistants with three tools each, and the stores that they search."""
    lookup = {
        "type": "object",
        "properties": {"id": {"type": "string", "description": "Employee number."}},
        "required": ["id"],
    }
    stack = {**STACK, "spec": {"default_target": "live", "targets": {"live": TARGET}}}
    shared = [stack, manifest("Function", "lookup", description="Look up.", parameters=lookup)]
    shared += [manifest("VectorStore", f"library-{number}") for number in range(STORES)]
    files = {"shared.yaml": shared}
    files |= {f"assistants/clerk-{n:05}.yaml": [_assistant(n)] for n in range(count)}
    (folder / "assistants").mkdir(parents=True)
    for name, documents in files.items():
        text = yaml.dump_all(documents, Dumper=DUMPER, sort_keys=False)
        (folder / name).write_text(text, encoding="utf-8")


def instructions_of(number: int) -> str:
    """A text of 2 to 20 kB, another one for each number."""
    line = LINE.format(number)
    size = SHORTEST + number * 7919 % (LONGEST - SHORTEST)
    return line * (size // len(line) + 1)


def _assistant(number: int) -> dict[str, Any]:
    return manifest(
        "Assistant",
        f"clerk-{number:05}",
        model="gpt-6.1-terra",
        instructions=instructions_of(number),
        temperature=0.2,
        max_completion_tokens=1500,
        metadata={"owner": "people-ops", "number": str(number)},
        tools=[
            {"type": "file_search", "vector_store": f"library-{number % STORES}"},
            {"type": "function", "ref": "lookup"},
            {"type": "code_interpreter"},
        ],
    )


def rows_of(desired: Desired, stack: Stack) -> dict[str, list[dict[str, Any]]]:
    """The rows that a server holds once `desired` was applied to it."""
    ids = {address: _id(address, number) for number, address in enumerate(desired)}
    rows: dict[str, list[dict[str, Any]]] = {"assistant": [], "vector_store": [], "file": []}
    for address, wanted in desired.items():
        rows[address.kind].append(_row(wanted, stack, ids))
    return rows


def _id(address: Address, number: int) -> str:
    return f"{'vs' if address.kind == 'vector_store' else 'asst'}_{number:024}"


def _row(wanted: Resource, stack: Stack, ids: dict[Address, str]) -> dict[str, Any]:
    kind = KINDS[wanted.address.kind]
    binding = RUNTIMES["assistants"].bindings[kind.name]
    mark = make_mark(wanted, kind, binding, stack.owner)
    body = dict(binding.to_wire(binding.complete(wanted.spec), ids.__getitem__))
    assert binding.mark_location is not None
    sent = binding.mark_location.write(body, wanted.spec, {}, mark)
    usual: dict[str, Any] = {
        "description": None,
        "temperature": 1.0,
        "top_p": 1.0,
        "response_format": "auto",
    }
    if kind.name == "vector_store":
        usual = {"status": "completed", "file_counts": {"total": 0, "completed": 0}}
    id = ids[wanted.address]
    made = BEGAN + int(id.rpartition("_")[2]) // A_SECOND
    return {"id": id, "created_at": made, **usual, **sent}


def edited(rows: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    """The rows as somebody left them who edited the instructions of every assistant."""
    assistants = [
        {**row, "instructions": f"Be brief.\n{row['instructions']}"} for row in rows["assistant"]
    ]
    return {**rows, "assistant": assistants}


def rows_of_folder(folder: Path, *, changed: bool = False) -> dict[str, list[dict[str, Any]]]:
    """The rows that a server holds once the folder was applied to it; or as somebody edited them."""
    loaded = read(RunOptions(folder, environ={URL: "http://any/v1", KEY: "any"}))
    if loaded.stack is None:
        raise SystemExit(f"the folder cannot be read: {loaded.diagnostics[0]}")
    rows = rows_of(loaded.desired, loaded.stack)
    return edited(rows) if changed else rows
