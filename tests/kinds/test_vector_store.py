"""Test the checks of a vector store that a schema cannot express, and its normal form."""

from typing import Any

import pytest

from provisioner.kinds.vector_store import KIND


def chunks(size: int, overlap: int) -> dict[str, Any]:
    sizes = {"max_chunk_size_tokens": size, "chunk_overlap_tokens": overlap}
    return {"chunking_strategy": {"type": "static", "static": sizes}}


@pytest.mark.parametrize(
    ("spec", "path", "summary"),
    [
        (
            chunks(801, 401),
            ("chunking_strategy", "static", "chunk_overlap_tokens"),
            "the overlap is more than half of a chunk",
        ),
        (
            {"chunking_strategy": {"type": "static"}},
            ("chunking_strategy",),
            "static chunking needs its sizes",
        ),
        (
            {"chunking_strategy": {**chunks(800, 100)["chunking_strategy"], "type": "auto"}},
            ("chunking_strategy", "static"),
            "auto chunking takes no sizes",
        ),
        ({"files": [{}]}, ("files", 0), "an entry names one of path, glob and file"),
        (
            {"files": ["a", {"path": "a", "glob": "b"}]},
            ("files", 1),
            "an entry names one of path, glob and file",
        ),
        (
            {"files": [{"path": "a", "attributes": {"k": "v" * 257}}]},
            ("files", 0, "attributes", "k"),
            "an attribute of more than 256 characters",
        ),
    ],
)
def test_a_mistake_is_found_at_its_path(
    spec: dict[str, Any], path: tuple[str | int, ...], summary: str
) -> None:
    assert [(problem.path, problem.code.summary) for problem in KIND.check(spec)] == [
        (path, summary)
    ]


@pytest.mark.parametrize("spec", [{}, chunks(800, 400), {"files": ["a", {"glob": "b"}]}])
def test_what_is_right_passes(spec: dict[str, Any]) -> None:
    assert list(KIND.check(spec)) == []


def test_auto_chunking_is_what_the_api_makes_of_it() -> None:
    normal = KIND.normalise({"name": "s", "chunking_strategy": {"type": "auto"}})

    assert normal == {"name": "s", **chunks(800, 400)}
