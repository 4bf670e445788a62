"""A small stack that has every kind, and what becomes of it: for sweeps over every request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tests.support.stories import STACK, manifest

if TYPE_CHECKING:
    from tests.support.stories import World

Json = dict[str, Any]

PLACES: Final = ["assistant.analyst", "assistant.clerk", "vector_store.library"]
TEXTS: Final = {
    "docs/a.md": "All about A.\n",
    "docs/b.md": "All about B.\n",
    "docs/c.md": "All about C.\n",
    "docs/rates.csv": "a,b\n1,2\n",
}
EDITED: Final = {
    **TEXTS,
    "docs/b.md": "All about B, told anew.\n",
    "docs/rates.csv": "a,b\n1,2\n3,4\n",
}


def documents(
    *, instructions: str = "Be brief.\n", overlap: int = 200, files: tuple[str, ...] = ("a", "b")
) -> list[Json]:
    lookup = {"type": "object", "properties": {"id": {"type": "string"}}}
    chunking = {"max_chunk_size_tokens": 800, "chunk_overlap_tokens": overlap}
    return [
        STACK,
        manifest("File", "rates", path="docs/rates.csv"),
        manifest("Function", "lookup", description="Look it up.", parameters=lookup),
        manifest(
            "VectorStore",
            "library",
            files=[f"docs/{name}.md" for name in files],
            chunking_strategy={"type": "static", "static": chunking},
        ),
        manifest(
            "Assistant",
            "clerk",
            model="gpt-6.1-terra",
            instructions=instructions,
            tools=[
                {"type": "file_search", "vector_store": "library"},
                {"type": "function", "ref": "lookup"},
            ],
        ),
        manifest(
            "Assistant",
            "analyst",
            model="gpt-6.1-terra",
            instructions=instructions,
            max_completion_tokens=1500,
            tools=[{"type": "code_interpreter", "files": ["rates"]}],
        ),
    ]


def written(world: World, made_of: list[Json], texts: dict[str, str]) -> None:
    for path, text in texts.items():
        world.put(path, text)
    world.write(made_of)


def first(world: World) -> None:
    """The resources of the first apply."""
    written(world, documents(), TEXTS)


def updated(world: World) -> None:
    """Every object changed in place: fields, a document edited, one added, one removed."""
    edited = {**EDITED, "docs/rates.csv": TEXTS["docs/rates.csv"]}
    written(world, documents(instructions="Be kind.\n", files=("b", "c")), edited)


def replaced(world: World) -> None:
    """The store and the File made anew, and who refers to them pointed there."""
    written(world, documents(overlap=100), EDITED)
