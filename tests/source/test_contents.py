"""Local files: what is taken, what leaves the folder, what cannot be used."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from provisioner.source import Loaded
from tests.source.folders import STACK, Folder, errors, only, places

STORE = "apiVersion: provisioner/v1\nkind: VectorStore\nmetadata: {name: s}\nspec:\n  files:\n"


@pytest.fixture
def store(folder: Folder) -> Callable[..., Loaded]:
    """Load a folder with a vector store that has these entries."""

    def load_one(*entries: str, **files: str | bytes) -> Loaded:
        text = STORE + "".join(f"    - {entry}\n" for entry in entries)
        return folder.write(**{"stack.yaml": STACK, "s.yaml": text}, **files).load()

    return load_one


def documents(loaded: Loaded) -> dict[str, object]:
    found = only(loaded, "vector_store.s").documents
    return {path: dict(document.attributes) for path, document in found.items()}


def test_globs_span_folders_and_skip_what_is_hidden(store: Callable[..., Loaded]) -> None:
    files = {"k/a.md": "a", "k/b/c.md": "c", "k/.d.md": "d", "k/.git/e.md": "e", "k/f.txt": "f"}

    assert list(documents(store('glob: "k/**/*.md"', **files))) == ["k/a.md", "k/b/c.md"]


def test_a_path_wins_over_a_glob_and_a_later_glob_over_an_earlier(
    store: Callable[..., Loaded],
) -> None:
    loaded = store(
        "{path: k/a.md, attributes: {from: path}}",
        '{glob: "k/*.md", attributes: {from: first}}',
        '{glob: "k/b*.md", attributes: {from: second}}',
        **{"k/a.md": "a", "k/b.md": "b", "k/c.md": "c"},
    )

    assert documents(loaded) == {
        "k/a.md": {"from": "path"},
        "k/b.md": {"from": "second"},
        "k/c.md": {"from": "first"},
    }


def test_paths_are_relative_to_the_manifest_and_shown_from_the_root(folder: Folder) -> None:
    text = STORE + "    - ../k/a.md\n    - b.md\n"
    folder.write(**{"stack.yaml": STACK, "deep/s.yaml": text, "k/a.md": "a", "deep/b.md": "b"})

    assert list(documents(folder.load())) == ["deep/b.md", "k/a.md"]


@pytest.mark.parametrize(
    ("entry", "summary"),
    [
        ("nope.md", "a file does not exist"),
        ('"*.md"', "a file does not exist"),
        ("k", "not a file"),
        ("/etc/hostname", "a path leaves the manifest folder"),
        ("../outside.md", "a path leaves the manifest folder"),
        ("k/../../outside.md", "a path leaves the manifest folder"),
        ("link.md", "a path leaves the manifest folder"),
        ("linked/outside.md", "a path leaves the manifest folder"),
        ('{glob: "../*.md"}', "a path leaves the manifest folder"),
        ('{glob: "/etc/*"}', "a path leaves the manifest folder"),
        ('{glob: "li*.md"}', "a path leaves the manifest folder"),
        ('{glob: "linked/*.md"}', "a path leaves the manifest folder"),
        ('{glob: "none/*"}', "a glob matches nothing"),
        ('{glob: "k/***"}', "not a glob"),
        ("empty.md", "a file is empty"),
        ('"nul\\0.md"', "a text with a NUL"),
        ("{file: nobody}", "unknown reference"),
    ],
)
def test_an_entry_that_cannot_be_used_is_named(
    store: Callable[..., Loaded], entry: str, summary: str
) -> None:
    outside = Path("outside")
    outside.mkdir()
    (outside / "outside.md").write_text("x")
    Path("outside.md").write_text("x")
    Path("manifests/link.md").symlink_to(Path("outside.md").resolve())
    Path("manifests/linked").symlink_to(outside.resolve())
    found = places(store(entry, **{"k/a.md": "a", "empty.md": ""}))

    assert summary in [said for place, said in found if place.startswith("s.yaml:6")]


def test_a_link_that_stays_inside_is_followed(store: Callable[..., Loaded]) -> None:
    Path("manifests/link.md").symlink_to(Path("manifests/a.md").resolve())

    assert list(documents(store("link.md", **{"a.md": "a"}))) == ["link.md"]


def test_a_file_over_512_mb_is_refused_unread(store: Callable[..., Loaded]) -> None:
    with Path("manifests/big.md").open("wb") as file:
        file.truncate(512 * 1024 * 1024 + 1)

    assert places(store("big.md")) == [("s.yaml:6:7", "a file is too large")]


def test_the_same_document_twice_is_an_error(store: Callable[..., Loaded]) -> None:
    assert places(store("a.md", "./a.md", **{"a.md": "a"})) == [
        ("s.yaml:7:7", "the same document twice")
    ]


def test_what_file_search_cannot_read_is_a_warning(store: Callable[..., Loaded]) -> None:
    loaded = store('glob: "k/*"', **{"k/a.png": "a", "k/b.csv": "b", "k/c.md": "c"})

    assert [item.detail for item in loaded.diagnostics] == [
        "`k/a.png` and 1 more: `file_search` does not read files with this ending."
    ]


def test_an_instructions_file_is_text_without_windows_marks(
    assistant: Callable[..., Loaded], folder: Folder
) -> None:
    folder.write(**{"p.md": b"\xef\xbb\xbfOne\r\n${var:x} stays\r\n"})
    loaded = assistant("model: m\ninstructions: {file: p.md}")

    assert only(loaded, "assistant.a").spec["instructions"] == "One\n${var:x} stays\n"


@pytest.mark.parametrize(
    ("content", "place", "summary"),
    [
        (b"caf\xe9", "a.yaml:6:24", "not UTF-8 text"),
        (b"x" * 256_001, "a.yaml:6:24", "text too long"),
    ],
)
def test_instructions_that_cannot_be_used_are_named(
    assistant: Callable[..., Loaded], folder: Folder, content: bytes, place: str, summary: str
) -> None:
    folder.write(**{"p.md": content})

    assert places(assistant("model: m\ninstructions: {file: p.md}")) == [(place, summary)]


FORMAT = "model: m\nresponse_format: {type: json_schema, json_schema: {file: f/answer.json%s}}"


@pytest.mark.parametrize(
    ("content", "beside", "expected"),
    [
        ('{"type": "object"}', "", {"name": "answer", "schema": {"type": "object"}}),
        (
            '{"name": "n", "schema": {"type": "object"}, "strict": false}',
            "",
            {"name": "n", "schema": {"type": "object"}, "strict": False},
        ),
        (
            '{"name": "n", "schema": {"type": "object"}}',
            ", name: mine, description: d",
            {"name": "mine", "schema": {"type": "object"}, "description": "d"},
        ),
        (
            '{"name": {}, "type": "object", "schema": {}}',
            "",
            {"name": "answer", "schema": {"name": {}, "type": "object", "schema": {}}},
        ),
    ],
)
def test_a_response_format_comes_from_a_file(
    assistant: Callable[..., Loaded],
    folder: Folder,
    content: str,
    beside: str,
    expected: dict[str, object],
) -> None:
    folder.write(**{"f/answer.json": content})

    assert only(assistant(FORMAT % beside), "assistant.a").spec["response_format"] == {
        "type": "json_schema",
        "json_schema": expected,
    }


@pytest.mark.parametrize(
    ("content", "place", "summary"),
    [
        ('{"type": }', "f/answer.json:1:10", "not JSON"),
        ('{"a": NaN}', "f/answer.json:1:7", "not JSON"),
        ('{"type": "objct"}', "a.yaml:6:60", "unknown value"),
        ("[1]", "a.yaml:6:60", "wrong type"),
    ],
)
def test_a_response_format_that_cannot_be_used_is_named(
    assistant: Callable[..., Loaded], folder: Folder, content: str, place: str, summary: str
) -> None:
    folder.write(**{"f/answer.json": content})

    assert (place, summary) in places(assistant(FORMAT % ""))


def test_parameters_come_from_a_file(assistant: Callable[..., Loaded], folder: Folder) -> None:
    folder.write(**{"p.json": '{"type": "object", "properties": {}}'})
    tool = "{type: function, function: {name: f, parameters: {file: p.json}}}"
    loaded = assistant(f"model: m\ntools: [{tool}]")

    assert only(loaded, "assistant.a").spec["tools"]["f"] == {
        "type": "function",
        "parameters": {"type": "object", "properties": {}},
    }


def test_a_pipe_is_no_file_and_nobody_waits_for_it(store: Callable[..., Loaded]) -> None:
    os.mkfifo("manifests/pipe")

    assert places(store("pipe")) == [("s.yaml:6:7", "not a file")]


def test_a_pipe_is_no_manifest_and_nobody_waits_for_it(folder: Folder) -> None:
    folder.write(**{"stack.yaml": STACK})
    os.mkfifo("manifests/pipe.yaml")

    assert places(folder.load()) == [("pipe.yaml:1:1", "cannot read a manifest")]


def test_what_cannot_be_opened_may_have_declared_what_is_missing(
    store: Callable[..., Loaded],
) -> None:
    os.mkfifo("manifests/pipe.yaml")

    assert places(store("{file: rates}")) == [("pipe.yaml:1:1", "cannot read a manifest")]


def test_documents_are_recorded_from_the_folder_of_the_stack(folder: Folder) -> None:
    """So it makes no difference which folder is named on the command line."""
    store = STORE + "    - glob: kb/**\n"
    folder.write(**{"stack.yaml": STACK, "s.yaml": store, "kb/a.md": "a", "kb/b/c.md": "c"})

    (inner,) = (only(folder.load(), "vector_store.s").documents,)
    (outer,) = (only(Folder(Path()).load(), "vector_store.s").documents,)

    assert [*inner] == [*outer] == ["kb/a.md", "kb/b/c.md"]
    assert [document.path for document in outer.values()] == [
        "manifests/kb/a.md",
        "manifests/kb/b/c.md",
    ]


def test_a_file_whose_name_is_no_utf8_is_told_before_anything_is_sent(
    store: Callable[..., Loaded],
) -> None:
    loaded = store('{glob: "kb/*"}', **{"kb/bad\udcff.md": "x", "kb/good.md": "y"})

    (found,) = errors(loaded)
    assert (found.code.name, found.detail) == (
        "name-not-utf8",
        "`kb/bad\udcff.md`: rename the file.",
    )
