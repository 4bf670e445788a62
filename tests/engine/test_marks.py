"""The mark at its worst: every field, tool, key and file at once, all returned otherwise."""

from typing import Any

import pytest

from provisioner.engine.marks import make_mark
from provisioner.engine.remembered import remembered
from provisioner.kinds import KINDS
from provisioner.model.address import Address
from provisioner.model.mark import KEYS, VALUE_LIMIT, Mark
from provisioner.model.remote import FileProvenance
from provisioner.model.resource import Lifecycle, Resource
from provisioner.model.value import Reference, Sensitive
from tests.engine.build import BINDINGS, LOOKUP, OWNER, assistant, document, store

BINDING, KIND = BINDINGS["assistant"], KINDS["assistant"]
LONG = "x" * 62
FILES = [Address("file", f"{n:02}{LONG}") for n in range(20)]
FILE_PROVENANCE = [
    FileProvenance(f"file-{n:06}{LONG}{n:06}", a, f"{n:02}" * 32) for n, a in enumerate(FILES)
]


def everything(tools: int) -> Resource:
    """An assistant that uses all that there is, with the longest names that the API takes."""
    code = {"type": "code_interpreter", "files": {a.name: Reference(a) for a in FILES}}
    functions = {f"{n:02}{LONG}": LOOKUP for n in range(tools)}
    spec: dict[str, Any] = {
        "description": Sensitive("d"),
        "instructions": Sensitive("i"),
        "temperature": 0.2,
        "top_p": 0.3,
        "reasoning_effort": "minimal",
        "response_format": {"type": "json_schema", "json_schema": {"name": LONG}},
        "tools": {"code_interpreter": code, **functions},
        "tool_choice": {"type": "function", "function": {"name": f"00{LONG}"}},
        "parallel_tool_calls": False,
        "truncation_strategy": {"type": "last_messages", "last_messages": 1_000_000},
        "max_prompt_tokens": 1_000_000_000,
        "max_completion_tokens": 1_000_000_000,
        "metadata": {f"{n:02}{LONG}": Sensitive("v") for n in range(12)},
    }
    return assistant(f"00{LONG}", Lifecycle(prevent_destroy=True), **spec)


def mark_of(resource: Resource, generation: int = 1000) -> Mark:
    return make_mark(
        resource, KIND, BINDING, OWNER, generation=generation, file_provenance=FILE_PROVENANCE
    )


@pytest.mark.parametrize("tools", [1, 12, 20, 30, 127])
@pytest.mark.parametrize("is_echoed", [True, False])
def test_a_mark_always_fits(tools: int, is_echoed: bool) -> None:
    resource = everything(tools)
    mark = mark_of(resource)
    if not is_echoed:
        wanted = BINDING.complete(resource.spec)
        both = remembered(wanted, {}, KIND, BINDING, sent=wanted)
        mark = Mark(mark.owner, mark.address, both, mark.settings, 1000, protected=True)
        assert len(mark.applied) > 20

    metadata = mark.to_metadata()

    assert tuple(metadata) == KEYS
    assert max(map(len, metadata.values())) <= VALUE_LIMIT


@pytest.mark.parametrize("tools", [1, 127])
def test_a_mark_that_is_full_reads_back_whole(tools: int) -> None:
    mark = mark_of(everything(tools))

    assert Mark.from_metadata(mark.to_metadata()) == mark


def test_the_run_settings_of_a_full_mark_come_back_from_the_wire() -> None:
    resource = everything(127)
    row = {"id": "asst_1", "metadata": mark_of(resource).to_metadata()}

    spec = BINDING.from_wire(row).spec

    assert {name: spec[name] for name in BINDING.fields.per_run} == {
        name: resource.spec[name] for name in BINDING.fields.per_run
    }


def test_every_file_of_a_full_mark_is_known_again() -> None:
    ids = [provenance.file_id for provenance in FILE_PROVENANCE]
    row = {
        "id": "asst_1",
        "tools": [{"type": "code_interpreter"}],
        "tool_resources": {"code_interpreter": {"file_ids": ids}},
        "metadata": mark_of(everything(1)).to_metadata(),
    }

    file_provenance = BINDING.from_wire(row).file_provenance

    assert [provenance.file_id for provenance in file_provenance] == ids
    assert len({provenance.address for provenance in file_provenance}) == 20
    assert all(
        c.sha256.startswith(there.sha256)
        for c, there in zip(FILE_PROVENANCE, file_provenance, strict=True)
    )


def test_a_few_files_are_named_in_full() -> None:
    mark = make_mark(assistant(), KIND, BINDING, OWNER, file_provenance=FILE_PROVENANCE[:1])

    assert str(mark.settings["files"][0]).startswith(FILES[0].name)


def test_an_assistant_without_run_settings_and_files_needs_three_keys() -> None:
    mark = make_mark(assistant(), KIND, BINDING, OWNER)

    assert tuple(mark.to_metadata()) == KEYS[:3]


def test_a_store_remembers_its_documents_once_they_are_there() -> None:
    resource = store(document("a.md"))

    marks = [
        make_mark(resource, KINDS["vector_store"], BINDINGS["vector_store"], OWNER, filled=filled)
        for filled in (True, False)
    ]

    assert [mark.of("files") is not None for mark in marks] == [True, False]
    assert marks[0].of("name") == marks[1].of("name")


def test_a_mark_changes_only_with_what_it_describes() -> None:
    assert mark_of(everything(3)) == mark_of(everything(3))
    assert make_mark(assistant(), KIND, BINDING, OWNER) != make_mark(
        assistant(temperature=0.5), KIND, BINDING, OWNER
    )
