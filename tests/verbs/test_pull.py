"""pull: what an account held becomes manifests that apply, and nothing in an export is believed."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from provisioner.model.codes import kinds as codes
from provisioner.model.errors import ProvisionerError
from provisioner.model.mark import KEYS
from provisioner.model.stack import Target
from provisioner.model.validation import Validation
from provisioner.providers import open_target
from provisioner.verbs._shared.session import RunOptions
from provisioner.verbs.apply.run import apply
from provisioner.verbs.plan import planned
from provisioner.verbs.pull import export_file
from provisioner.verbs.pull.export_file import read_dump
from provisioner.verbs.pull.manifests import slug
from provisioner.verbs.pull.run import Pulled, pull
from provisioner.verbs.validate import validate

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from provisioner.model.provider import Provider

Json = dict[str, Any]

LOOKUP: Json = {
    "name": "lookup",
    "description": "Look an order up: ${order}, $${order}.",
    "parameters": {
        "type": "object",
        "properties": {"id": {"type": "string", "description": "yes"}, "<<": {"type": "null"}},
        "required": ["id"],
    },
    "strict": False,
}
ANSWER: Json = {
    "type": "json_schema",
    "json_schema": {
        "name": "Answer",
        "description": "What was found.",
        "strict": True,
        "schema": {
            "type": "object",
            "properties": {"text": {"type": "string"}},
            "required": ["text"],
            "additionalProperties": False,
        },
    },
}
SECRET = "sk-proj-abcdefghijklmnopqrstuvwx"  # noqa: S105 (nobody's)


def exported(number: int = 1, **fields: Any) -> Json:
    """An assistant as GET /assistants gave it."""
    return {
        "id": f"asst_{number:03}",
        "object": "assistant",
        "created_at": 1_700_000_000 + number,
        "name": f"Helper {number}",
        "description": None,
        "model": "gpt-6.1-terra",
        "instructions": "Be brief.",
        "tools": [],
        "tool_resources": {},
        "metadata": {},
        "temperature": 1.0,
        "top_p": 1.0,
        "reasoning_effort": None,
        "response_format": "auto",
        **fields,
    }


def page(*rows: Json, more: bool = False) -> Json:
    return {"object": "list", "data": list(rows), "has_more": more, "first_id": None}


def function(**fields: Any) -> Json:
    return {"type": "function", "function": {**LOOKUP, **fields}}


def text_of(*values: Any) -> bytes:
    return "\n".join(json.dumps(value) for value in values).encode()


@pytest.fixture
def out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path / "manifests"


OF_THE_EXPORT = {codes.UNKNOWN_KEYWORD, codes.KEYWORD_WITHOUT_VALUE}
"""Warnings about what an exported schema holds: it is kept as it is."""


def checked(folder: Path) -> Validation:
    found = validate(RunOptions(path=folder, environ={}))
    assert [item for item in found.diagnostics if item.code not in OF_THE_EXPORT] == []
    return found


def notes(pulled: Pulled) -> list[tuple[str, str]]:
    return [(note.about, str(note.address or "")) for note in pulled.notes]


def everything(folder: Path) -> str:
    return "\n".join(path.read_text() for path in sorted(folder.rglob("*")) if path.is_file())


# From one account to the next.


def fill(account: Provider) -> None:
    """Assistants that use every field of the wire."""
    store = account.create("vector_stores", {"name": "library"})["id"]
    other = account.create("vector_stores", {"name": "other"})["id"]
    search = {"type": "file_search", "file_search": {"max_num_results": 8}}
    ranked = {
        "type": "file_search",
        "file_search": {"ranking_options": {"ranker": "auto", "score_threshold": 0.5}},
    }
    account.create("assistants", {"model": "gpt-6.1-terra"})
    account.create(
        "assistants",
        {
            "model": "gpt-6.1-terra",
            "name": "Policy Q&A",
            "description": "0o7",
            "instructions": "# Rules\n\n- Answer ${briefly}\n  with ${var:x} and ${env:HOME}.\n\n",
            "temperature": 0.2,
            "tools": [search, function()],
            "tool_resources": {"file_search": {"vector_store_ids": [store]}},
            "metadata": {"owner": "people-ops", "yes": "no", "odd": "${var:y}: #\t\x85"},
        },
    )
    account.create(
        "assistants",
        {
            "model": "o3",
            "name": "policy q&a",
            "instructions": "one\r\ntwo\x1b[31m\nthree\nfour\n",
            "reasoning_effort": "high",
            "tools": [{"type": "code_interpreter"}, function(), ranked],
            "tool_resources": {"file_search": {"vector_store_ids": [store]}},
            "response_format": ANSWER,
        },
    )
    account.create(
        "assistants",
        {
            "model": "gpt-6.1-terra",
            "name": "../../etc/passwd\n😀",
            "instructions": "\ufeff" + "x" * 255_999,
            "top_p": 0.5,
            "tools": [function(description="Another."), function(name="no_arguments")],
            "response_format": {"type": "json_object"},
        },
    )
    account.create(
        "assistants",
        {
            "model": "gpt-6.1-terra",
            "name": "no: [yes",
            "instructions": "  short\n",
            "tools": [search, function(description="Another.", strict=None)],
            "tool_resources": {"file_search": {"vector_store_ids": [other]}},
            "response_format": ANSWER,
        },
    )


def opened(folder: Path, data: str) -> Provider:
    target = Target("local", "assistants", server="embedded", data=data)
    return open_target(target, folder, environ={})


def comparable(row: Json) -> Json:
    """All that an export has to say of an assistant; ids are another account's."""
    theirs = {k: v for k, v in row["metadata"].items() if k not in KEYS}
    stores = (row["tool_resources"] or {}).get("file_search", {}).get("vector_store_ids")
    fields = {k: v for k, v in row.items() if k not in ("id", "created_at", "tool_resources")}
    return {**fields, "metadata": theirs, "stores": len(stores or [])}


def test_what_an_account_held_is_what_the_next_one_holds(out: Path) -> None:
    before = opened(out.parent, "before.sqlite")
    fill(before)
    rows = [dict(row) for row in before.list("assistants")]
    before.close()

    pulled = pull(text_of(page(*rows[:2], more=True), page(*rows[2:])), out)

    checked(out)
    with planned(RunOptions(path=out, environ={})) as found:
        report = apply(found)
        assert report.succeeded
        live = [dict(row) for row in found.session.provider.list("assistants")]
    with planned(RunOptions(path=out, environ={})) as found:
        assert found.plan.is_empty
    addresses = {taken.id: str(taken.address) for taken in pulled.assistants}
    by_address = {row["metadata"]["provisioner.address"]: comparable(row) for row in live}
    for row in rows:
        wanted = comparable(row)
        # A manifest's assistant has a name, and what has none is said to have been given one.
        wanted["name"] = wanted["name"] or addresses[row["id"]].partition(".")[2]
        assert by_address[addresses[row["id"]]] == wanted
    assert len(live) == len(rows)
    assert notes(pulled)[0][0] == "documents"
    assert ("renamed", addresses[rows[0]["id"]]) in notes(pulled)


# Arrangements.

ROWS = [exported(1), exported(2), exported(3)]


@pytest.mark.parametrize(
    "data",
    [
        text_of(page(*ROWS)),
        text_of(page(*ROWS[:2], more=True), page(*ROWS[2:])),
        text_of(page(*ROWS[:2], more=True), page(*ROWS[1:])),
        text_of(ROWS),
        text_of(*ROWS),
        text_of([page(*ROWS[:1]), page(*ROWS[1:])]),
        json.dumps(page(*ROWS), indent=2).replace("\n", "\r\n").encode(),
        json.dumps(page(*ROWS)).encode("utf-8-sig"),
        json.dumps(page(*ROWS)).encode("utf-16"),
        b",\n".join(json.dumps(row).encode() for row in ROWS),
        "".join(json.dumps(row) for row in ROWS).encode(),
    ],
    ids=[
        "one page",
        "two pages",
        "pages that overlap",
        "an array",
        "lines",
        "an array of pages",
        "indented by Windows",
        "with a byte order mark",
        "as PowerShell writes it",
        "with commas",
        "with nothing between",
    ],
)
def test_an_export_may_be_kept_in_any_arrangement(out: Path, data: bytes) -> None:
    pulled = pull(data, out)

    assert [taken.id for taken in pulled.assistants] == ["asst_001", "asst_002", "asst_003"]
    assert checked(out).resources == {"assistant": 3}
    assert pulled.notes == ()


def test_an_export_that_stops_in_the_middle_is_told_as_such(out: Path) -> None:
    pulled = pull(text_of(page(*ROWS, more=True)), out)

    assert notes(pulled) == [("incomplete", "")]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "no assistants"),
        (b" \n ", "no assistants"),
        (text_of(page()), "no assistants"),
        (b"[]", "no assistants"),
        (b'{"data": [', "not JSON: line 1"),
        (b'{"id": "a"}\n{"id"\n:', "not JSON: line 3"),
        (b'{"id": NaN}', "NaN is not JSON"),
        (b"[" * 100_000, "nested too deeply"),
        (b"7", "no object"),
        (b'["asst_1"]', "no object"),
        (b"id,name\r\n1,x\r\n", "not JSON: line 1"),
        (b"\xff\xfe\xfd", "text neither"),
        (b"\xc3\x28{}", "text neither"),
        (text_of({"error": {"message": "gone"}}), "an error message of the server"),
        (
            text_of(page(exported()), {"error": {"message": "gone"}}),
            "an error message of the server",
        ),
    ],
)
def test_what_is_no_export_is_told_as_such_and_nothing_is_written(
    out: Path, data: bytes, why: str
) -> None:
    with pytest.raises(ProvisionerError, match=why) as caught:
        pull(data, out)

    assert "GET /assistants" in str(caught.value)
    assert not out.exists()


def test_more_than_anybody_has_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export_file, "MOST_BYTES", 10)

    with pytest.raises(ProvisionerError, match="more than 10 bytes"):
        read_dump(text_of(exported()))


# What is written.


def test_one_file_an_assistant_and_long_prompts_apart(out: Path) -> None:
    long = "First.\n\nThen ${var:x}.\n\nLast."

    pulled = pull(text_of(exported(1, instructions=long), exported(2)), out)

    assert sorted(path.relative_to(out).as_posix() for path in pulled.files) == [
        ".schemas/manifest.schema.json",
        "assistants/helper-1.yaml",
        "assistants/helper-2.yaml",
        "prompts/helper-1.md",
        "stack.yaml",
    ]
    assert (out / "prompts/helper-1.md").read_bytes() == long.encode()
    assert "instructions: Be brief." in (out / "assistants/helper-2.yaml").read_text()
    assert "# Pulled from asst_001.\n" in (out / "assistants/helper-1.yaml").read_text()


def test_defaults_of_the_server_are_not_repeated(out: Path) -> None:
    search = {
        "type": "file_search",
        "file_search": {
            "ranking_options": {"ranker": "default_2024_08_21", "score_threshold": 0.0}
        },
    }
    pull(text_of(exported(tools=[search, function()])), out)

    text = (out / "assistants/helper-1.yaml").read_text()
    for word in ("temperature", "top_p", "response_format", "strict", "ranking", "metadata: {}"):
        assert word not in text


def test_a_function_of_several_assistants_is_written_once(out: Path) -> None:
    pulled = pull(
        text_of(
            exported(1, tools=[function()]),
            exported(2, tools=[function(strict=None)]),
            exported(3, tools=[function(description="Another.")]),
            exported(4, tools=[function(name="alone")]),
        ),
        out,
    )

    assert [str(address) for address in pulled.functions] == ["function.lookup"]
    checked(out)
    for number, way in ((1, "ref: lookup"), (2, "ref: lookup"), (3, "name: lookup")):
        assert way in (out / f"assistants/helper-{number}.yaml").read_text()


def test_a_function_that_is_defined_in_two_ways_is_shared_as_most_have_it(out: Path) -> None:
    ways = ["A", "B", "B", "B", "A"]
    rows = [exported(n, tools=[function(description=way)]) for n, way in enumerate(ways)]

    pull(text_of(rows), out)

    checked(out)
    assert "description: B" in (out / "functions.yaml").read_text()
    texts = [(out / f"assistants/helper-{n}.yaml").read_text() for n in range(5)]
    assert ["ref: lookup" in text for text in texts] == [way == "B" for way in ways]


def test_formats_become_files_one_for_all_that_are_the_same(out: Path) -> None:
    other = {**ANSWER, "json_schema": {**ANSWER["json_schema"], "name": "ANSWER"}}

    pulled = pull(
        text_of(
            exported(1, response_format=ANSWER),
            exported(2, response_format=ANSWER),
            exported(3, response_format=other),
        ),
        out,
    )

    checked(out)
    formats = [path.name for path in pulled.files if path.parent.name == "formats"]
    assert formats == ["answer.json", "answer-2.json"]
    assert json.loads((out / "formats/answer.json").read_text()) == ANSWER["json_schema"]


def searching(number: int, *stores: str) -> Json:
    resources = {"file_search": {"vector_store_ids": list(stores)}}
    return exported(number, tools=[{"type": "file_search"}], tool_resources=resources)


def test_a_store_is_written_empty_and_somebody_is_told_what_to_put_in(out: Path) -> None:
    pulled = pull(text_of(searching(1, "vs_a"), searching(2, "vs_b"), searching(3, "vs_b")), out)

    assert checked(out).resources == {"assistant": 3, "vector_store": 2}
    assert [(taken.id, str(taken.address)) for taken in pulled.stores] == [
        ("vs_a", "vector_store.helper-1-knowledge"),
        ("vs_b", "vector_store.shared-knowledge"),
    ]
    assert notes(pulled) == [
        ("documents", "vector_store.helper-1-knowledge"),
        ("documents", "vector_store.shared-knowledge"),
    ]
    told = pulled.notes[1].text
    assert all(word in told for word in ("vs_b", "assistant.helper-2", "assistant.helper-3"))


def test_a_second_store_of_one_assistant_is_lost_and_named(out: Path) -> None:
    pulled = pull(text_of(searching(1, "vs_a", "vs_b")), out)

    checked(out)
    assert ("lost", "assistant.helper-1") in notes(pulled)
    assert (
        "A manifest names one store, but the assistant has 2: vs_a, vs_b." in pulled.notes[-1].text
    )


def test_files_of_the_code_interpreter_are_named(out: Path) -> None:
    resources = {"code_interpreter": {"file_ids": ["file-1", "file-2"]}}
    row = exported(tools=[{"type": "code_interpreter"}], tool_resources=resources)

    pulled = pull(text_of(row), out)

    checked(out)
    assert pulled.notes[0].ids == ("file-1", "file-2")
    assert "file-1, file-2" in (out / "assistants/helper-1.yaml").read_text()


def test_an_assistant_of_version_one_is_understood(out: Path) -> None:
    row = exported(tools=[{"type": "retrieval"}], file_ids=["file-1"], tool_resources=None)

    pulled = pull(text_of(row), out)

    checked(out)
    assert "type: file_search" in (out / "assistants/helper-1.yaml").read_text()
    assert pulled.notes[0].ids == ("file-1",)


@pytest.mark.parametrize(
    ("fields", "lost"),
    [
        ({"tools": [{"type": "bing_grounding"}]}, "tools[bing_grounding]"),
        ({"tools": ["x", None]}, "tools. Item 1 of the list has no type."),
        ({"tools": "file_search"}, "tools. The value is not a list."),
        ({"metadata": ["team"]}, "metadata. The value is not a mapping."),
        ({"tool_resources": "vs_1"}, "tool_resources. The value is not a mapping."),
        (
            {"tool_resources": {"file_search": ["vs_1"]}},
            "tool_resources.file_search. A manifest can have only",
        ),
        (
            {"tool_resources": {"warp": {"ids": []}}},
            "tool_resources.warp. A manifest can have only",
        ),
        (
            {"tool_resources": {"code_interpreter": {"file_ids": ["file-1", 7]}}},
            "tool_resources.code_interpreter. A manifest can have only",
        ),
        ({"tools": [function(), function()]}, "tools[lookup]"),
        ({"tools": [function(name="no name")]}, "tools[no name]"),
        ({"tools": [function(parameters={"file": "../../secret"})]}, "tools[lookup]"),
        ({"tools": [function(parameters=[])]}, "tools[lookup]"),
        (
            {"tools": [{"type": "file_search", "file_search": {"max_num_results": 99}}]},
            "tools[file_search].max_num_results",
        ),
        ({"temperature": 7}, "temperature"),
        ({"temperature": "${var:x}"}, "temperature"),
        ({"reasoning_effort": "${var:x}"}, "reasoning_effort"),
        ({"description": "x" * 513}, "description"),
        ({"instructions": "x" * 256_001}, "instructions"),
        ({"instructions": {"file": "/etc/passwd"}}, "instructions"),
        ({"metadata": {"provisioner.owner": "x/y"}}, "metadata[provisioner.owner]"),
        ({"metadata": {"": "x"}}, 'metadata[""]'),
        ({"metadata": {"k": 7}}, "metadata.k"),
        ({"metadata": {f"k{n:02}": "v" for n in range(16)}}, "metadata.k15"),
        ({"response_format": "json"}, "response_format"),
        (
            {"response_format": {"type": "json_schema", "json_schema": {"file": "x.json"}}},
            "response_format",
        ),
        ({"tool_choice": {"type": "file_search"}}, "tool_choice"),
        ({"tool_resources": {"file_search": {"vector_store_ids": ["vs_1"]}}}, "tool_resources"),
        ({"flavour": "sweet"}, "flavour"),
    ],
)
def test_what_fits_no_manifest_is_left_out_and_named(out: Path, fields: Json, lost: str) -> None:
    pulled = pull(text_of(exported(1, **fields), exported(2)), out)

    assert checked(out).resources == {"assistant": 2}
    told = [note.text for note in pulled.notes if note.about == "lost"]
    assert any(text.startswith(f"Not carried over: {lost}") for text in told), told


@pytest.mark.parametrize(
    "row",
    [
        exported(9, model=None),
        exported(9, model=""),
        exported(9, model=["gpt"]),
        {"id": "asst_009"},
        {"id": "vs_1", "object": "vector_store"},
        exported(9, metadata=json.loads("[" * 60 + "]" * 60)),
    ],
)
def test_what_is_no_assistant_is_left_out_and_counted(out: Path, row: Json) -> None:
    pulled = pull(text_of(exported(1), row), out)

    assert (len(pulled.assistants), pulled.left_out) == (1, 1)
    assert notes(pulled) == [("left out", "")]
    checked(out)


def test_an_export_of_nothing_usable_is_an_error(out: Path) -> None:
    with pytest.raises(ProvisionerError, match="no usable assistant"):
        pull(text_of({"id": "asst_009"}), out)
    assert not out.exists()


# Names.


def test_names_are_made_from_whatever_was_written_and_never_twice(out: Path) -> None:
    names = [
        *("Helper", "helper", "HELPER!", "helper-2", "", None, "客服", "客服二", "Ünï cödé"),
        *("../../etc/passwd", "C:\\Windows", "a/b", "\x00\x1b[31m", "x" * 256, "x" * 255, ".", "-"),
        *("con", "${var:x}", "a: b # c", "--- !!python/object:os.system", "\u202etxt.exe", "🦊"),
    ]

    pulled = pull(text_of(*(exported(n, name=name) for n, name in enumerate(names))), out)

    addresses = [taken.address.name for taken in pulled.assistants]
    assert len({name.lower() for name in addresses}) == len(names)
    assert all(path.resolve().is_relative_to(out.resolve()) for path in pulled.files)
    assert checked(out).resources == {"assistant": len(names)}


@pytest.mark.parametrize(
    "names", [("客服", "销售", "支持"), ("Helper", "helper", "HELPER"), ("", "", "🦊")]
)
def test_a_name_does_not_move_when_another_object_goes(tmp_path: Path, names: list[str]) -> None:
    rows = [
        exported(n, id=f"asst_{letter * 8}", name=name)
        for n, (letter, name) in enumerate(zip("abc", names, strict=True))
    ]

    def addresses(*rows: Any) -> dict[str, str]:
        folder = tmp_path / f"out-{len(list(tmp_path.iterdir()))}"
        return {one.id: one.address.name for one in pull(text_of(*rows), folder).assistants}

    every = addresses(*rows)

    assert len({*every.values()}) == len(rows)
    assert addresses(*reversed(rows)) == every
    assert addresses(rows[2], rows[1]).items() <= every.items()


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Policy Q&A", "policy-q-a"),
        ("Ünï cödé", "uni-code"),
        ("../../x", "x"),
        ("客服", "assistant"),
        ("a" * 100, "a" * 48),
    ],
)
def test_a_name_stays_recognisable(text: str, name: str) -> None:
    assert slug(text) == name


def test_an_id_cannot_leave_its_comment(out: Path) -> None:
    evil = "asst_1\nkind: Stack\u2028spec: {}"
    row = exported(1, id=evil, tool_resources={"code_interpreter": {"file_ids": [evil]}})

    pull(text_of(row), out)

    checked(out)
    assert "kind: Stack\u2028" not in everything(out)


def test_halves_of_characters_become_whole_ones_and_it_is_said(out: Path) -> None:
    pulled = pull(
        b'{"id": "asst_1", "model": "m", "name": "a", "instructions": "x \\ud83d y"}', out
    )

    checked(out)
    assert "x � y" in everything(out)
    assert notes(pulled) == [("lost", "assistant.a")]


# Safety.


def test_what_looks_like_a_secret_is_told_and_not_shown(out: Path) -> None:
    pulled = pull(text_of(exported(instructions=f"Use {SECRET}.", metadata={"t": SECRET})), out)

    assert notes(pulled) == [("secret", "assistant.helper-1")] * 2
    assert [note.text.partition(" ")[0] for note in pulled.notes] == ["instructions", "metadata.t"]
    assert SECRET not in str(pulled.diagnostics)


@pytest.mark.parametrize(
    "there", ["stack.yaml", "deep/er/old.yml", "prompts/helper-1.md", "assistants/helper-1.yaml"]
)
def test_nothing_is_ever_overwritten(out: Path, there: str) -> None:
    file = out / there
    file.parent.mkdir(parents=True)
    file.write_text("mine")

    with pytest.raises(ProvisionerError, match="the folder holds manifests already"):
        pull(text_of(exported(instructions="a\nb\nc\nd\ne\n")), out)

    assert [path for path in out.rglob("*") if path.is_file()] == [file]
    assert file.read_text() == "mine"


def test_a_folder_that_cannot_be_made_is_told(out: Path) -> None:
    out.write_text("a file")

    with pytest.raises(ProvisionerError, match="the folder could not be written"):
        pull(text_of(exported()), out)


ODD: list[Any] = [
    *(None, True, -1, 1e300, "", "x", "${var:x}", "${", "\x00", "a\nb\nc\nd\ne", "yes", SECRET),
    *([], {}, [[]], [None], {"a": None}, {"type": "function"}, {"type": "file_search"}),
    *({"file": "x"}, {"type": "json_schema"}, ["vs_1", 7, None], {"name": 7}, "🦊" * 300),
]


def mutated(value: Any, dice: random.Random) -> Any:
    """`value` with something odd in some of its places."""
    if dice.random() < 0.08:
        return dice.choice(ODD)
    if isinstance(value, dict):
        return {key: mutated(item, dice) for key, item in value.items()}
    if isinstance(value, list):
        return [mutated(item, dice) for item in value]
    return value


@pytest.mark.parametrize("seed", range(40))
def test_whatever_an_export_holds_the_result_validates(out: Path, seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311 (the same every time, that is the point)
    resources = {
        "file_search": {"vector_store_ids": ["vs_1"]},
        "code_interpreter": {"file_ids": ["file-1"]},
    }
    tools = [function(), {"type": "file_search"}, {"type": "code_interpreter"}]
    row = exported(
        tools=tools,
        tool_resources=resources,
        response_format=ANSWER,
        metadata={"a": "b"},
        truncation_strategy={"type": "last_messages", "last_messages": 5},
    )
    rows = [
        {key: mutated(value, dice) for key, value in row.items()} | {"id": f"asst_{n}"}
        for n in range(20)
    ]

    pulled = pull(text_of(rows), out)

    assert len(pulled.assistants) + pulled.left_out == len(rows)
    checked(out)


# The command.


@pytest.fixture
def provisioner(out: Path) -> Callable[..., subprocess.CompletedProcess[bytes]]:
    def run(*arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        command = [sys.executable, "-m", "provisioner", *arguments]
        return subprocess.run(
            command, input=given, capture_output=True, cwd=out.parent, check=False
        )

    return run


def test_the_command_reads_a_pipe_and_reports_as_json(
    provisioner: Callable[..., subprocess.CompletedProcess[bytes]], out: Path
) -> None:
    data = text_of(searching(1, "vs_a"), exported(2, tools=[function()]))

    done = provisioner("pull", "-", "--out", "manifests", "--format", "json", given=data)

    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["resources"][0] == {
        "address": "assistant.helper-1",
        "id": "asst_001",
        "name": "Helper 1",
    }
    assert report["notes"][0]["ids"] == ["vs_a"]
    assert {"stack.yaml", "knowledge.yaml"} <= {path.name for path in out.iterdir()}
    assert report["left_out"] == 0


def test_the_command_says_in_text_what_was_left_out_and_fails(
    provisioner: Callable[..., subprocess.CompletedProcess[bytes]], out: Path
) -> None:
    file = out.parent / "export.json"
    file.write_bytes(text_of(exported(1, name="\x1b[31mred"), exported(2, model=None)))

    done = provisioner("pull", str(file), "--out", "manifests")

    assert done.returncode == 1
    assert b"asst_002 was left out. It names no model." in done.stderr
    assert b"assistant.31mred" in done.stdout
    assert b"\x1b" not in done.stdout
    assert provisioner("validate", "manifests").returncode == 0


def test_a_file_that_is_not_there_is_wrong_usage(
    provisioner: Callable[..., subprocess.CompletedProcess[bytes]],
) -> None:
    assert provisioner("pull", "nowhere.json", "--out", "manifests").returncode == 2
    assert provisioner("pull", "-").returncode == 2


DAY = date(2026, 11, 26)


@pytest.mark.parametrize(
    ("model", "says"),
    [
        ("gpt-4-turbo", "gpt-4-turbo ended on 2026-10-23 (announced by OpenAI, as of "),
        ("gpt-4o", "OpenAI names gpt-6-luna as its replacement. These use the model: "),
    ],
)
def test_a_model_that_has_an_end_is_noted_once_with_who_names_it(
    tmp_path: Path, model: str, says: str
) -> None:
    rows = [{"id": f"asst_{n}", "name": f"A{n}", "model": model} for n in range(5)]

    notes = pull(json.dumps(rows).encode(), tmp_path / "out", day=DAY).notes

    assert [note.about for note in notes] == ["model"]
    assert says in notes[0].text
    assert notes[0].text.endswith("`assistant.a0`, `assistant.a1`, `assistant.a2` and 2 more.")
    assert notes[0].ids == tuple(f"asst_{n}" for n in range(5))


def test_a_model_without_an_end_is_not_noted(tmp_path: Path) -> None:
    row = {"id": "asst_1", "name": "A", "model": "gpt-6.1-terra"}
    assert pull(json.dumps([row]).encode(), tmp_path / "out", day=DAY).notes == ()
    row["model"] = "gpt-4o"
    early = pull(json.dumps([row]).encode(), tmp_path / "early", day=date(2026, 10, 1))
    assert early.notes == ()
