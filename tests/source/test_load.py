"""Whole folders: what is loaded, and what is refused in a sentence."""

from pathlib import Path

import pytest

from provisioner.model.address import Address
from provisioner.model.diagnostic import Severity
from provisioner.model.resource import Document, Lifecycle
from provisioner.model.value import Reference
from provisioner.source import load
from provisioner.source import read as reading
from tests.source.folders import RUNTIMES, STACK, Folder, errors, only, places

GOOD = """\
apiVersion: provisioner/v1
kind: Assistant
metadata: {name: qa, labels: {team: people}}
spec:
  model: m
  temperature: null
  tools:
    - {type: file_search, vector_store: library}
    - {type: code_interpreter, files: [rates]}
    - {type: function, ref: lookup}
  lifecycle: {prevent_destroy: true, ignore_changes: [metadata.owner]}
---
apiVersion: provisioner/v1
kind: VectorStore
metadata: {name: library}
spec:
  name: Library
  files: [a.md, {file: rates, attributes: {year: 2026}}]
---
apiVersion: provisioner/v1
kind: File
metadata: {name: rates}
spec: {path: data/rates.md}
---
apiVersion: provisioner/v1
kind: Function
metadata: {name: lookup}
spec: {description: Look up., parameters: {type: object}}
"""
FILE = "apiVersion: provisioner/v1\nkind: File\nmetadata: {name: f}\nspec: {path: f.yaml}\n"


def test_a_good_folder_gives_the_desired_side_and_not_a_word(folder: Folder) -> None:
    folder.write(**{"s.yaml": STACK, "g.yaml": GOOD, "a.md": "A", "data/rates.md": "R\n"})
    loaded = folder.load()

    store, rates = Address("vector_store", "library"), Address("file", "rates")
    qa = only(loaded, "assistant.qa")
    assert loaded.diagnostics == ()
    assert [str(address) for address in loaded.desired] == [
        "assistant.qa",
        "file.rates",
        "vector_store.library",
    ]
    assert qa.spec == {
        "name": "qa",
        "model": "m",
        "tools": {
            "file_search": {"type": "file_search", "vector_store": Reference(store)},
            "code_interpreter": {"type": "code_interpreter", "files": {"rates": Reference(rates)}},
            "lookup": {
                "type": "function",
                "description": "Look up.",
                "parameters": {"type": "object"},
            },
        },
    }
    assert qa.lifecycle == Lifecycle(prevent_destroy=True, ignore_changes=("metadata.owner",))
    assert qa.labels == {"team": "people"}
    assert qa.references == {store, rates}
    assert str(qa.origin) == "manifests/g.yaml:1:1"


def test_documents_belong_to_their_store_and_to_their_file(folder: Folder) -> None:
    folder.write(**{"s.yaml": STACK, "g.yaml": GOOD, "a.md": "A", "data/rates.md": "R\n"})
    loaded = folder.load()

    sha = "559aead08264d5795d3909718cdd05abd49572e84fe55590eef31a88a08fdffd"
    rates = Document(
        "data/rates.md", only(loaded, "file.rates").documents["data/rates.md"].sha256, 2
    )
    store = only(loaded, "vector_store.library")
    assert only(loaded, "file.rates").spec == {}
    assert only(loaded, "file.rates").documents == {"data/rates.md": rates}
    assert store.documents == {
        "a.md": Document("a.md", sha, 1),
        "data/rates.md": Document(
            rates.path, rates.sha256, 2, {"year": 2026}, Address("file", "rates")
        ),
    }


def test_the_stack_is_what_it_says(folder: Folder) -> None:
    stack = STACK.replace("{runtime: full}", "{runtime: full, server: embedded, data: x.db}")
    folder.write(**{"s.yaml": stack, "g.yaml": GOOD, "a.md": "A", "data/rates.md": "R\n"})
    loaded = folder.load()

    assert loaded.stack
    assert str(loaded.stack.owner) == "k3v9/default"
    assert (loaded.stack.root, loaded.stack.guards.max_delete_percent) == (Path("manifests"), 30)
    assert (loaded.stack.target.server, loaded.stack.target.data) == ("embedded", "x.db")


@pytest.mark.parametrize(
    ("files", "summary"),
    [
        ({}, "no manifests"),
        ({"README.md": "# hello"}, "no manifests"),
        ({".hidden/a.yaml": GOOD, ".b.yaml": GOOD}, "no manifests"),
        ({"s.yaml": STACK}, "nothing is declared"),
        ({"s.yaml": STACK, "f.yaml": GOOD.split("---\n")[3]}, "nothing is declared"),
        (
            {"s.yaml": STACK.replace("full", "full, drop: [file]"), "f.yaml": FILE},
            "nothing is declared",
        ),
        ({"s.yaml": ""}, "no manifests"),
        ({"a.yaml": "# only a comment\n---\n"}, "no manifests"),
    ],
    ids=[
        "empty",
        "no YAML",
        "hidden",
        "only a Stack",
        "only a Function",
        "all of it dropped",
        "an empty file",
        "only a comment",
    ],
)
def test_a_folder_that_declares_nothing_is_an_error(
    folder: Folder, files: dict[str, str], summary: str
) -> None:
    loaded = folder.write(**files).load()

    assert [item.summary for item in errors(loaded)] == [summary]
    assert loaded.desired == {}


@pytest.mark.parametrize(("name", "summary"), [("gone", "no such folder"), ("f", "not a folder")])
def test_a_path_that_is_no_folder_is_an_error(folder: Folder, name: str, summary: str) -> None:
    Path("f").write_text(STACK)
    loaded = load(Path(name), runtimes=RUNTIMES, environ={})

    assert [item.summary for item in loaded.diagnostics] == [summary]
    assert (loaded.stack, loaded.desired) == (None, {})
    assert folder.root.exists()


def test_without_a_stack_the_manifests_are_still_checked(folder: Folder) -> None:
    folder.write(
        **{"g.yaml": GOOD.replace("model: m", "modl: m"), "a.md": "A", "data/rates.md": "R"}
    )

    assert places(folder.load()) == [
        ("", "no Stack"),
        ("g.yaml:4:1", "missing field"),
        ("g.yaml:5:3", "unknown field"),
    ]


def test_two_stacks_are_one_too_many(folder: Folder) -> None:
    folder.write(**{"a.yaml": STACK, "b.yaml": STACK, "g.yaml": GOOD})
    folder.write(**{"a.md": "A", "data/rates.md": "R"})

    assert places(folder.load()) == [("b.yaml:1:1", "a second Stack")]


def test_one_broken_file_beside_good_ones_is_one_error(folder: Folder) -> None:
    """Nor does what the broken file declares count as missing."""
    first, _, rest = GOOD.partition("---\n")
    folder.write(**{"s.yaml": STACK, "a.yaml": first, "b.yaml": f"{rest}\n  bad: [\n"})
    folder.write(**{"a.md": "A", "data/rates.md": "R"})

    assert places(folder.load()) == [("b.yaml:18:3", "this is not YAML")]


@pytest.mark.parametrize(
    ("content", "place", "summary"),
    [
        (b"a: caf\xe9\n", "x.yaml:1:7", "not UTF-8 text"),
        (b"a: 1\n", "x.yaml:1:1", "not a manifest"),
        (b"- 1\n", "x.yaml:1:1", "not a manifest"),
        (b"apiVersion: v1\nkind: ConfigMap\nmetadata: {}\n", "x.yaml:1:13", "unknown apiVersion"),
        ("a: 1\n".encode("utf-16"), "x.yaml:1:1", "not UTF-8 text"),
    ],
)
def test_other_yaml_says_so(folder: Folder, content: bytes, place: str, summary: str) -> None:
    folder.write(**{"s.yaml": STACK, "g.yaml": GOOD, "a.md": "A", "data/rates.md": "R"})

    assert places(folder.write(**{"x.yaml": content}).load()) == [(place, summary)]


def test_yaml_that_a_manifest_names_as_content_is_content(folder: Folder) -> None:
    store = "\n---\napiVersion: provisioner/v1\nkind: VectorStore\nmetadata: {name: v}\nspec: {files: [x.yaml]}\n"
    folder.write(**{"s.yaml": STACK, "g.yaml": GOOD + store, "x.yaml": "a: [\n"})
    loaded = folder.write(**{"a.md": "A", "data/rates.md": "R"}).load()

    assert errors(loaded) == []
    assert places(loaded) == [("g.yaml:34:16", "file_search does not read this type of file")]


@pytest.mark.parametrize(
    ("document", "place", "summary"),
    [
        ("kind: File\nmetadata: {name: x}\nspec: {path: a.md}", "1:1", "missing field"),
        ("apiVersion: provisioner/v2\nkind: File\nmetadata: {name: x}\nspec: {path: a.md}", "1:13", "unknown apiVersion"),
        ("apiVersion: provisioner/v1\nmetadata: {name: x}", "1:1", "missing field"),
        ("apiVersion: provisioner/v1\nkind: File\nspec: {path: a.md}", "1:1", "missing field"),
        ("apiVersion: provisioner/v1\nkind: File\nmetadata: {name: x}", "1:1", "missing field"),
        ("apiVersion: provisioner/v1\nkind: File\nmetadata: x\nspec: {path: a.md}", "3:1", "wrong type"),
        ("apiVersion: provisioner/v1\nkind: File\nmetadata: {name: x}\nspec: {path: a.md}\nextra: 1", "5:1", "unknown field"),
        ("apiVersion: provisioner/v1\nkind: File\nmetadata: {name: a b}\nspec: {path: a.md}", "3:18", "not the right form"),
        ("apiVersion: provisioner/v1\nkind: File\nmetadata: {nam: x}\nspec: {path: a.md}", "3:12", "unknown field"),
        ("apiVersion: provisioner/v1\nkind: File\nmetadata: {name: 5}\nspec: {path: a.md}", "3:18", "wrong type"),
    ],
)  # fmt: skip
def test_a_wrong_envelope_is_named(folder: Folder, document: str, place: str, summary: str) -> None:
    folder.write(**{"s.yaml": STACK, "g.yaml": GOOD, "a.md": "A", "data/rates.md": "R"})

    assert (f"x.yaml:{place}", summary) in places(folder.write(**{"x.yaml": document}).load())


def test_what_nothing_refers_to_is_a_warning(folder: Folder) -> None:
    unused = (
        "apiVersion: provisioner/v1\nkind: File\nmetadata: {name: f}\nspec: {path: a.md}\n---\n"
        "apiVersion: provisioner/v1\nkind: Function\nmetadata: {name: g}\nspec: {}\n"
    )
    folder.write(**{"s.yaml": STACK, "g.yaml": GOOD, "u.yaml": unused})
    loaded = folder.write(**{"a.md": "A", "data/rates.md": "R"}).load()

    assert places(loaded) == [
        ("u.yaml:3:12", "an unused file"),
        ("u.yaml:8:12", "an unused function"),
    ]
    assert {item.severity for item in loaded.diagnostics} == {Severity.WARNING}


def test_a_stack_without_an_id_is_a_warning(folder: Folder) -> None:
    stack = STACK.replace(", id: k3v9", "")
    folder.write(**{"s.yaml": stack, "g.yaml": GOOD, "a.md": "A", "data/rates.md": "R"})
    loaded = folder.load()

    assert places(loaded) == [("s.yaml:3:1", "the Stack has no id")]
    assert loaded.stack
    assert str(loaded.stack.owner) == "acme/default"


def test_a_thousand_manifests_are_read_in_sorted_order(folder: Folder) -> None:
    one = "apiVersion: provisioner/v1\nkind: Assistant\nmetadata: {{name: a{0:03}}}\nspec: {{model: m}}\n"
    folder.write(**{"s.yaml": STACK}, **{f"{n:03}.yml": one.format(n) for n in range(1000)})
    loaded = folder.load()

    assert loaded.diagnostics == ()
    assert len(loaded.desired) == 1000
    assert list(loaded.desired) == sorted(loaded.desired)


def test_a_manifest_that_is_too_large_says_how_large_it_may_be_and_hides_no_name(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MAX_MANIFEST_BYTES", reading.MEGABYTE)
    store = "apiVersion: provisioner/v1\nkind: VectorStore\nmetadata: {name: library}\nspec: {}\n"
    folder.write(**{"s.yaml": STACK, "big.yaml": store + "#" * (3 * reading.MEGABYTE // 2)})
    folder.write(**{"g.yaml": GOOD.partition("---")[0].replace("files: [rates]", "files: []")})
    loaded = folder.load()

    found = [one for one in loaded.diagnostics if one.position]
    (large,) = (one for one in found if one.code.name == "manifest-too-large")
    assert "1.5 MB, and 1 MB is the limit" in large.detail
    assert not [one for one in found if "library" in one.detail]


def test_a_file_of_many_documents_may_be_larger_than_one_document(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MAX_MANIFEST_BYTES", 20_000)
    one = "apiVersion: provisioner/v1\nkind: Assistant\nmetadata: {{name: a{0:03}}}\nspec:\n"
    one += "  model: m\n  instructions: |\n    {1}\n    --- no document begins here\n"
    documents = [one.format(n, "x" * 900) for n in range(100)]
    folder.write(**{"s.yaml": STACK, "all.yaml": "---\n".join(documents)})
    loaded = folder.load()
    assert loaded.diagnostics == ()
    assert len(loaded.desired) == 100

    documents[70] = one.format(70, "x" * 30_000)
    folder.write(**{"all.yaml": "---\n".join(documents)})
    (large,) = folder.load().diagnostics
    assert (large.code.name, str(large.position).rpartition("/")[2]) == (
        "manifest-too-large",
        "all.yaml:630:1",
    )


def test_a_file_that_is_too_large_says_how_large_it_may_be(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MAX_FILE_BYTES", reading.MEGABYTE)
    folder.write(**{"s.yaml": STACK, "big.yaml": "#" * (3 * reading.MEGABYTE)})
    (large,) = folder.load().diagnostics
    assert large.code.name == "unreadable-manifest"
    assert (
        "3 MB, and 1 MB is the limit for one file: put its documents into several" in large.detail
    )
