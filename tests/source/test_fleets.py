"""Fleets: one manifest and one table make a resource a row."""

import json
import time

import pytest

from provisioner.model.address import Address
from tests.source.folders import STACK, Folder, errors, only, places

ASSISTANT = """\
apiVersion: provisioner/v1
kind: Assistant
metadata: {name: support, labels: {tenant: "${each.key}"}}
for_each: {file: tenants.csv}
spec:
  name: Support for ${each.name}
  model: ${each.model}
  temperature: ${each.temperature}
"""
TABLE = "key,name,model,temperature\nacme,Acme Inc,m,0.2\nglobex,Globex,n,1\n"


def fleet(folder: Folder, table: str = TABLE, manifest: str = ASSISTANT) -> Folder:
    return folder.write(**{"stack.yaml": STACK, "support.yaml": manifest, "tenants.csv": table})


def test_each_row_is_one_resource(folder: Folder) -> None:
    loaded = fleet(folder).load()

    assert [*map(str, loaded.desired)] == ["assistant.support[acme]", "assistant.support[globex]"]
    acme = only(loaded, "assistant.support[acme]")
    assert acme.spec == {"name": "Support for Acme Inc", "model": "m", "temperature": 0.2}
    assert acme.labels == {"tenant": "acme"}
    assert acme.row == {"key": "acme", "name": "Acme Inc", "model": "m", "temperature": "0.2"}


def test_rows_that_move_change_nothing(folder: Folder) -> None:
    head, *rows = TABLE.splitlines()
    before = fleet(folder).load().desired

    assert fleet(folder, "\r\n".join([head, *reversed(rows), ""])).load().desired == before
    assert fleet(folder, "\ufeff" + TABLE).load().desired == before


@pytest.mark.parametrize("suffix", ["yaml", "json"])
def test_rows_of_a_list_keep_their_types(folder: Folder, suffix: str) -> None:
    rows = [{"id": 7, "on": True, "notes": {"a": "b"}, "most": 300}]
    manifest = """\
        apiVersion: provisioner/v1
        kind: Assistant
        metadata: {name: support}
        for_each: {file: tenants.SUFFIX, key: id}
        spec:
          model: "${each.id}"
          parallel_tool_calls: ${each.on}
          metadata: ${each.notes}
          max_prompt_tokens: ${each.most}
          description: It is ${each.on} for ${each.id}.
        """.replace("SUFFIX", suffix)
    text = json.dumps(rows, indent=1)
    folder.write(**{"stack.yaml": STACK, "a.yaml": manifest, f"tenants.{suffix}": text})
    loaded = folder.load()

    # A number is no text, in a row of YAML as in a manifest: the row says so.
    (error,) = errors(loaded)
    assert str(error.position) == f"manifests/tenants.{suffix}:2:2"
    assert "`spec.model` of assistant.support[7]" in error.detail
    folder.write(**{f"tenants.{suffix}": text.replace("7", '"7"')})
    assert only(folder.load(), "assistant.support[7]").spec == {
        "name": "support[7]",
        "model": "7",
        "parallel_tool_calls": True,
        "metadata": {"a": "b"},
        "max_prompt_tokens": 300,
        "description": "It is true for 7.",
    }


@pytest.mark.parametrize(
    ("table", "place", "summary"),
    [
        (TABLE + "acme,B,m,1\n", "tenants.csv:4:1", "two rows with one key"),
        (TABLE + ",B,m,1\n", "tenants.csv:4:1", "a row without a key"),
        (TABLE + "a b,B,m,1\n", "tenants.csv:4:1", "a key that cannot stand in an address"),
        (TABLE + "é,B,m,1\n", "tenants.csv:4:1", "a key that cannot stand in an address"),
        (TABLE + "\nb,B,m\n", "tenants.csv:5:1", "a row does not fit its table"),
        (TABLE + 'b,"x\ny",m,hot\nc,"C', "tenants.csv:6:1", "not a table"),
        (TABLE + 'b,"x\ny",m,hot\nc,C,m,1\n', "tenants.csv:4:1", "wrong type"),
        (TABLE + "b,B,m,3\n", "tenants.csv:4:1", "above the limit"),
        ("", "support.yaml:4:18", "a table without rows"),
        ("key,name\n", "support.yaml:4:18", "a table without rows"),
        ("id,name\na,A\n", "support.yaml:4:11", "unknown column"),
        ("key,key\na,A\n", "tenants.csv:1:1", "not a table"),
        ("key,model,temperature\na,m,1\nb,m,2\n", "support.yaml:6:9", "unknown column"),
    ],
)
def test_a_problem_stands_where_it_is(folder: Folder, table: str, place: str, summary: str) -> None:
    found = places(fleet(folder, table).load())

    assert len(found) == 1, found
    assert found[0][0] == place
    assert summary in found[0][1]


@pytest.mark.parametrize("sign", [";", "\t", "|"])
def test_a_table_with_other_separators_is_called_that(folder: Folder, sign: str) -> None:
    table = sign.join(("key", "model", "temperature"))
    loaded = fleet(folder, f"{table}\nx\n").load()
    (problem,) = errors(loaded)

    assert f"`{table}`: separate the cells by commas." in problem.detail


def test_a_problem_of_the_manifest_is_said_once(folder: Folder) -> None:
    rows = "".join(f"t{n},T,m,1\n" for n in range(50))
    bad = ASSISTANT + "  topp: 1\n  tools: [{type: file_search, vector_store: kb}]\n"

    assert [place for place, _ in places(fleet(folder, TABLE + rows, bad).load())] == [
        "support.yaml:9:3",
        "support.yaml:10:45",
    ]


def test_a_row_without_a_value_is_said_at_the_row(folder: Folder) -> None:
    folder.write(
        **{
            "stack.yaml": STACK,
            "a.yaml": ASSISTANT.replace("csv", "yaml"),
            "tenants.yaml": "- {key: a, name: A, model: m, temperature: 1}\n- {key: b, name: B}\n",
        }
    )

    assert {place for place, _ in places(folder.load())} == {"tenants.yaml:2:3"}


FAMILY = """\
apiVersion: provisioner/v1
kind: VectorStore
metadata: {name: kb}
for_each: {file: tenants.csv}
spec: {files: ["docs/${each.key}.md"]}
---
apiVersion: provisioner/v1
kind: Function
metadata: {name: lookup}
for_each: {file: tenants.csv}
spec: {description: "Look up at ${each.name}."}
---
apiVersion: provisioner/v1
kind: Assistant
metadata: {name: support}
for_each: {file: tenants.csv}
spec:
  model: m
  tools:
    - {type: file_search, vector_store: "kb[${each.key}]"}
    - {type: function, ref: "lookup[${each.key}]"}
"""


def test_fleets_refer_to_each_other_by_row(folder: Folder) -> None:
    fleet(folder, TABLE, FAMILY).write(**{"docs/acme.md": "a", "docs/globex.md": "g"})
    loaded = folder.load()

    globex = only(loaded, "assistant.support[globex]")
    assert globex.references == {Address("vector_store", "kb[globex]")}
    assert globex.spec["tools"]["lookup"]["description"] == "Look up at Globex."
    assert [*only(loaded, "vector_store.kb[globex]").documents] == ["docs/globex.md"]


def test_what_a_row_lacks_is_said_at_the_row(folder: Folder) -> None:
    fleet(folder, TABLE, FAMILY).write(**{"docs/acme.md": "a"})

    assert places(folder.load()) == [("tenants.csv:3:1", "a file does not exist")]


def test_a_reference_to_a_whole_fleet_says_how_one_row_is_named(folder: Folder) -> None:
    bad = FAMILY.replace("kb[${each.key}]", "kb")
    fleet(folder, TABLE, bad).write(**{"docs/acme.md": "a", "docs/globex.md": "g"})

    (error,) = errors(folder.load())
    assert "`kb[${each.key}]`" in error.detail


def test_environments_patch_rows_and_go_without_them(folder: Folder) -> None:
    stack = (
        STACK
        + """\
  environments:
    prod:
      without: ["assistant.support[globex]"]
      patches:
        - {address: "assistant.support[*]", spec: {temperature: 0}}
        - {address: "assistant.support[acme]", spec: {model: big}}
"""
    )
    loaded = fleet(folder).write(**{"stack.yaml": stack}).load(environment="prod")

    assert [*map(str, loaded.desired)] == ["assistant.support[acme]"]
    assert only(loaded, "assistant.support[acme]").spec["temperature"] == 0
    assert only(loaded, "assistant.support[acme]").spec["model"] == "big"


@pytest.mark.parametrize(
    ("manifest", "summary"),
    [
        (ASSISTANT.replace("for_each: {file: tenants.csv}\n", ""), "each without for_each"),
        (ASSISTANT.replace("{file: tenants.csv}", "tenants.csv"), "wrong type"),
        (ASSISTANT.replace("{file: tenants.csv}", "{}"), "missing field"),
        (ASSISTANT.replace("tenants.csv", "other.csv"), "a file does not exist"),
        (ASSISTANT.replace("tenants.csv", "support.yaml"), "not a table"),
        (ASSISTANT.replace("Assistant", "File"), "for_each does not work on this kind"),
    ],
)
def test_a_for_each_that_is_none(folder: Folder, manifest: str, summary: str) -> None:
    loaded = fleet(folder, TABLE, manifest).load()

    assert summary in {error.summary for error in errors(loaded)}


def test_two_manifests_of_one_name_are_told_once(folder: Folder) -> None:
    loaded = fleet(folder).write(**{"again.yaml": ASSISTANT}).load()

    assert [one.summary for one in errors(loaded)] == ["the same address twice"]


def test_four_hundred_rows_load_within_a_second_of_work(folder: Folder) -> None:
    rows = [f"t{n},Tenant {n},m,0.{n % 9}" for n in range(400)]
    rows = [*reversed(rows[:200]), *rows[200:]]
    fleet(folder, "\n".join(["key,name,model,temperature", *rows]) + "\n").load()
    start = time.process_time()
    loaded = folder.load()

    assert len(loaded.desired) == len(rows)
    assert time.process_time() - start < 1


def test_a_table_that_cannot_be_read_makes_no_function_unused(folder: Folder) -> None:
    one = FAMILY.replace(
        "metadata: {name: lookup}\nfor_each: {file: tenants.csv}", "metadata: {name: lookup}"
    )
    one = one.replace("lookup[${each.key}]", "lookup").replace("at ${each.name}", "it")
    fleet(folder, TABLE + "acme,B,m,1\n", one).write(**{"docs/acme.md": "a", "docs/globex.md": "g"})

    assert {place for place, _ in places(folder.load())} == {"tenants.csv:4:1"}
