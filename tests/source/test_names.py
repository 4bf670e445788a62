"""`metadata.formerly`, and `spec: {id: …}` alone: what a folder may say of names and ids."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from provisioner.model.address import Address
from provisioner.model.value import RemoteId, leaves
from tests.source.folders import STACK

if TYPE_CHECKING:
    from tests.source.folders import Folder

ASSISTANT = """\
apiVersion: provisioner/v1
kind: Assistant
metadata: {metadata}
spec: {spec}
"""
MODEL = "{model: m}"


def assistant(metadata: str, spec: str = MODEL, kind: str = "Assistant") -> str:
    text = ASSISTANT.replace("{metadata}", metadata).replace("{spec}", spec)
    return text.replace("kind: Assistant", f"kind: {kind}")


def codes(folder: Folder) -> dict[str, str]:
    """The code of each problem by the line that it stands at."""
    return {one.code.name: f"{one.position}" for one in folder.load().diagnostics if one.position}


def test_former_names_are_addresses_of_the_kind(folder: Folder) -> None:
    folder.write(**{"stack.yaml": STACK, "a.yaml": assistant("{name: a, formerly: [b, c]}")})
    (resource,) = folder.load().desired.values()
    assert resource.formerly == (Address("assistant", "b"), Address("assistant", "c"))


@pytest.mark.parametrize(
    ("first", "second", "code"),
    [
        ("{name: a, formerly: [b]}", "{name: b}", "former-name-declared"),
        ("{name: a, formerly: [a]}", "{name: b}", "former-name-declared"),
        ("{name: a, formerly: [c]}", "{name: b, formerly: [x, c]}", "former-name-twice"),
    ],
)
def test_a_former_name_that_cannot_be_one_is_an_error_at_its_place(
    folder: Folder, first: str, second: str, code: str
) -> None:
    folder.write(**{"stack.yaml": STACK, "a.yaml": assistant(first), "b.yaml": assistant(second)})
    line = "manifests/b.yaml:3:35" if "x, c" in second else "manifests/a.yaml:3:32"
    assert codes(folder) == {code: line}


def test_two_kinds_may_have_had_one_name(folder: Folder) -> None:
    folder.write(
        **{
            "stack.yaml": STACK,
            "a.yaml": assistant("{name: a, formerly: [old]}"),
            "b.yaml": assistant("{name: b, formerly: [old]}", "{}", "VectorStore"),
        }
    )
    assert folder.load().diagnostics == ()


def test_a_function_has_no_former_names(folder: Folder) -> None:
    function = assistant("{name: f, formerly: [g]}", "{description: d}", "Function")
    folder.write(**{"stack.yaml": STACK, "a.yaml": assistant("{name: a}"), "f.yaml": function})
    assert "unknown-field" in codes(folder)


def test_what_is_borrowed_is_referred_to_by_its_id(folder: Folder) -> None:
    tools = "{model: m, tools: [{type: file_search, vector_store: kb}, {type: code_interpreter, files: [f]}]}"
    folder.write(
        **{
            "stack.yaml": STACK,
            "a.yaml": assistant("{name: a}", tools),
            "kb.yaml": assistant("{name: kb}", "{id: vs_1}", "VectorStore"),
            "f.yaml": assistant("{name: f}", "{id: file-1}", "File"),
        }
    )
    loaded = folder.load()
    assert loaded.diagnostics == ()
    assert [*loaded.desired] == [Address("assistant", "a")]
    found = leaves(loaded.desired[Address("assistant", "a")].spec, RemoteId)
    assert found == [RemoteId("vector_store", "vs_1"), RemoteId("file", "file-1")]
    assert {str(a): r.spec["id"] for a, r in loaded.borrowed.items()} == {
        "vector_store.kb": "vs_1",
        "file.f": "file-1",
    }


def test_an_id_may_come_from_a_variable(folder: Folder) -> None:
    stack = STACK + "  variables: {store: {default: vs_2}}\n"
    tools = "{model: m, tools: [{type: file_search, vector_store: kb}]}"
    folder.write(
        **{
            "stack.yaml": stack,
            "a.yaml": assistant("{name: a}", tools),
            "kb.yaml": assistant("{name: kb}", '{id: "${var:store}"}', "VectorStore"),
        }
    )
    loaded = folder.load()
    assert loaded.diagnostics == ()
    assert loaded.borrowed[Address("vector_store", "kb")].spec == {"id": "vs_2"}


@pytest.mark.parametrize(
    ("kind", "spec", "code"),
    [
        ("VectorStore", "{id: vs_1, name: kb}", "borrowed-with-fields"),
        ("File", "{path: a.md, id: file-1}", "borrowed-with-fields"),
        ("VectorStore", "{id: 7}", "wrong-type"),
        ("Function", "{id: f}", "unknown-field"),
        ("Credential", "{id: cred_1}", "unknown-field"),
    ],
)
def test_an_id_stands_alone_and_only_where_an_object_does(
    folder: Folder, kind: str, spec: str, code: str
) -> None:
    borrowing = assistant("{name: kb}", spec, kind)
    folder.write(**{"stack.yaml": STACK, "a.yaml": assistant("{name: a}"), "kb.yaml": borrowing})
    assert code in codes(folder)
    assert codes(folder)[code].startswith("manifests/kb.yaml:4:")


def test_a_borrowed_file_is_no_document_of_a_store(folder: Folder) -> None:
    folder.write(
        **{
            "stack.yaml": STACK,
            "kb.yaml": assistant("{name: kb}", "{files: [{file: f}]}", "VectorStore"),
            "f.yaml": assistant("{name: f}", "{id: file-1}", "File"),
        }
    )
    assert codes(folder)["borrowed-document"] == "manifests/kb.yaml:4:23"
