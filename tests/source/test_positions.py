"""From a diff path back to the place where it is written."""

from collections.abc import Callable

import pytest

from provisioner.model.address import Address
from provisioner.source import Loaded
from tests.source.folders import Folder

STACK = """\
apiVersion: provisioner/v1
kind: Stack
metadata: {name: acme, id: k3v9}
spec:
  targets: {local: {runtime: full}}
  defaults: {assistant: {max_prompt_tokens: 300}}
  environments:
    prod: {patches: [{address: assistant.qa, spec: {temperature: 0}}]}
"""
MANIFESTS = """\
# two documents
apiVersion: provisioner/v1
kind: Assistant
metadata: {name: qa}
spec:
  model: m
  temperature: 0.5
  tools:
    - type: function
      function:
        name: inline
        parameters:
          type: object
          properties: {id: {type: string}}
    - {type: function, ref: shared}
    - {type: file_search, vector_store: s, max_num_results: 3}
  metadata:
    team.name: people
---
apiVersion: provisioner/v1
kind: Function
metadata: {name: shared}
spec:
  description: d
  parameters: {type: object, properties: {x: {type: string}}}
---
apiVersion: provisioner/v1
kind: VectorStore
metadata: {name: s}
spec:
  files:
    - b.md
    - {path: a.md, attributes: {k: v}}
"""


@pytest.fixture
def loaded(folder: Folder) -> Loaded:
    folder.write(**{"stack.yaml": STACK, "m.yaml": MANIFESTS, "a.md": "a", "b.md": "b"})
    found = folder.load(environment="prod")
    assert found.diagnostics == ()
    return found


@pytest.mark.parametrize(
    ("address", "path", "place"),
    [
        ("assistant.qa", "", "m.yaml:2:1"),
        ("assistant.qa", "model", "m.yaml:6:3"),
        ("assistant.qa", "name", "m.yaml:2:1"),
        ("assistant.qa", "temperature", "stack.yaml:8:53"),
        ("assistant.qa", "max_prompt_tokens", "stack.yaml:6:26"),
        ("assistant.qa", "tools[inline]", "m.yaml:9:7"),
        ("assistant.qa", "tools[inline].parameters.properties.id.type", "m.yaml:14:29"),
        ("assistant.qa", "tools[inline].parameters.properties.gone.type", "m.yaml:14:11"),
        ("assistant.qa", "tools[shared]", "m.yaml:15:7"),
        ("assistant.qa", "tools[shared].description", "m.yaml:24:3"),
        ("assistant.qa", "tools[shared].parameters.properties.x", "m.yaml:25:43"),
        ("assistant.qa", "tools[file_search].max_num_results", "m.yaml:16:44"),
        ("assistant.qa", "tools[gone]", "m.yaml:8:3"),
        ("assistant.qa", 'metadata["team.name"]', "m.yaml:18:5"),
        ("assistant.qa", "metadata[team.name]", "m.yaml:18:5"),
        ("assistant.qa", 'tools["inline"].parameters', "m.yaml:12:9"),
        ("assistant.qa", "metadata.owner", "m.yaml:17:3"),
        ("vector_store.s", "files[a.md]", "m.yaml:33:7"),
        ("vector_store.s", "files[b.md]", "m.yaml:32:7"),
        ("vector_store.s", "files[c.md]", "m.yaml:31:3"),
    ],
)
def test_a_diff_path_has_its_place_or_that_of_what_is_around_it(
    loaded: Loaded, address: str, path: str, place: str
) -> None:
    assert str(loaded.position(Address.parse(address), path)) == f"manifests/{place}"


def test_what_is_not_declared_has_no_place(loaded: Loaded) -> None:
    assert loaded.position(Address("assistant", "gone"), "model") is None


FLOW = (
    "apiVersion: provisioner/v1\nkind: Assistant\nmetadata: {name: b}\nspec: {model: m, top_p: 5}\n"
)
QUOTED = 'apiVersion: provisioner/v1\nkind: Assistant\nmetadata: {name: b}\nspec:\n  "model": "m"\n  "top_p":\n    5\n'
JSON = '{"apiVersion": "provisioner/v1", "kind": "Assistant", "metadata": {"name": "b"},\n "spec": {"model": "m", "top_p": 5}}\n'
MERGED = "apiVersion: provisioner/v1\nkind: Assistant\nmetadata: &n {name: b}\nspec: {<<: {top_p: 5}, model: m}\n"
ALIASED = "apiVersion: provisioner/v1\nkind: Assistant\nmetadata: {name: b, labels: {a: &five '5'}}\nspec: {model: m, top_p: *five}\n"
UNICODE = "apiVersion: provisioner/v1\nkind: Assistant\nmetadata: {name: b}\nspec: {description: 'żółw 🐢', model: m, top_p: 5}\n"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (FLOW, "4:25"),
        (QUOTED, "7:5"),
        (JSON, "2:34"),
        (MERGED, "4:20"),
        (ALIASED, "3:33"),
        (UNICODE, "4:48"),
        (f"---\n{FLOW}", "5:25"),
        (f"# c\n\n--- # d\n{FLOW}...\n", "7:25"),
        (FLOW.replace("\n", "\r\n"), "4:25"),
        ("\ufeff" + FLOW, "4:25"),
    ],
    ids=["flow", "quoted", "JSON", "merge", "alias", "unicode", "---", "comments", "CRLF", "BOM"],
)
def test_every_style_has_the_place_that_an_editor_shows(
    assistant: Callable[..., Loaded], folder: Folder, text: str, place: str
) -> None:
    folder.write(**{"b.yaml": text.encode()})
    loaded = assistant("model: m")

    assert [str(item.position) for item in loaded.diagnostics] == [f"manifests/b.yaml:{place}"]
