"""A folder of a thousand assistants and an account that holds them."""

from __future__ import annotations

import os
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from provisioner import emulator
from provisioner.verbs._shared.session import RunOptions
from provisioner.verbs.apply import run as applying
from provisioner.verbs.plan import planned
from tests.support.stories import STACK, client_of, manifest

if TYPE_CHECKING:
    import openai

TEXT = "You answer questions of Acme staff from the policy library, and from nothing else.\n" * 20
RUN_OPTIONS = RunOptions(environ={})
DATA = Path(".provisioner/embedded.sqlite")


def documents(count: int, stores: int = 10, each: int = 3) -> dict[str, list[dict[str, Any]]]:
    """Manifests by file: assistants that search the stores and call a function."""
    lookup = {
        "type": "object",
        "properties": {"id": {"type": "string", "description": "Employee number."}},
        "required": ["id"],
    }
    files = {
        f"assistants/clerk-{number:04}.yaml": [
            manifest(
                "Assistant",
                f"clerk-{number:04}",
                model="gpt-6.1-terra",
                instructions=TEXT,
                temperature=0.2,
                max_completion_tokens=1500,
                metadata={"owner": "people-ops", "number": str(number)},
                tools=[
                    {"type": "file_search", "vector_store": f"library-{number % stores}"},
                    {"type": "function", "ref": "lookup"},
                ],
            )
        ]
        for number in range(count)
    }
    shared = [manifest("Function", "lookup", description="Look it up.", parameters=lookup)]
    shared += [
        manifest("VectorStore", f"library-{n}", files=[f"docs/{n}-{d}.md" for d in range(each)])
        for n in range(stores)
    ]
    return {"stack.yaml": [dict(STACK)], "shared.yaml": shared, **files}


def build(folder: Path, count: int, stores: int = 10, each: int = 3) -> None:
    """Write the folder, make it the working directory, and apply it to the embedded server."""
    os.chdir(folder)
    for name, content in documents(count, stores, each).items():
        path = Path("manifests", name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(yaml.safe_dump_all(content, sort_keys=False), encoding="utf-8")
    for number in range(stores):
        for document in range(each):
            path = Path(f"manifests/docs/{number}-{document}.md")
            path.parent.mkdir(exist_ok=True)
            path.write_text(f"Document {document} of library {number}.\n", encoding="utf-8")
    with planned(RUN_OPTIONS) as found:
        report = applying.apply(found)
    if not report.succeeded:
        raise SystemExit("the account could not be made")


def plain_client() -> openai.OpenAI:
    """The SDK on the same account, as a script would use it."""
    warnings.simplefilter("ignore", DeprecationWarning)
    return client_of(emulator.create_app(DATA))
