"""However odd a value is, and wherever it stands: a diagnostic, never an exception."""

import json
from collections.abc import Iterator
from itertools import islice
from typing import Any

import pytest
import yaml

from tests.source.folders import Folder

_DOCUMENTS = list(
    yaml.safe_load_all("""\
apiVersion: provisioner/v1
kind: Stack
metadata: {name: acme, id: k3v9}
spec:
  requires: ">=0.1"
  default_target: local
  targets: {local: {runtime: full, drop: [top_p], headers: {a: b}}}
  variables: {x: {default: 1}, s: {sensitive: true, default: secret}}
  environments:
    prod:
      target: local
      variables: {x: 2}
      patches: [{address: assistant.a, spec: {temperature: 0}}]
  defaults: {assistant: {metadata: {a: b}}}
  guards: {max_delete_percent: 5}
---
apiVersion: provisioner/v1
kind: Assistant
metadata: {name: a, labels: {l: v}}
spec:
  model: m
  instructions: {file: i.md}
  tools:
    - {type: file_search, vector_store: v, ranking_options: {score_threshold: 0.5}}
    - {type: code_interpreter, files: [f]}
    - {type: function, ref: g}
    - {type: function, function: {name: h, parameters: {type: object, properties: {p: {}}}}}
  tool_choice: {type: function, function: {name: h}}
  truncation_strategy: {type: last_messages, last_messages: 3}
  response_format: {type: json_schema, json_schema: {file: s.json}}
  metadata: {k: v}
  lifecycle: {prevent_destroy: true, ignore_changes: [metadata.k]}
---
apiVersion: provisioner/v1
kind: VectorStore
metadata: {name: v}
spec:
  files: [i.md, {glob: "*.json", attributes: {a: 1}}, {file: f}]
  chunking_strategy: {type: static, static: {max_chunk_size_tokens: 800, chunk_overlap_tokens: 1}}
  expires_after: {anchor: last_active_at, days: 3}
---
apiVersion: provisioner/v1
kind: File
metadata: {name: f}
spec: {path: f.md}
---
apiVersion: provisioner/v1
kind: Function
metadata: {name: g}
spec: {description: d, strict: true, parameters: {type: object, additionalProperties: false}}
""")
)
_EVERYWHERE: list[Any] = [None, True, 5, "x", "${var:s}", [], {}]
"""One value of each type, and a secret."""
_IN_TURN: list[Any] = [
    *("", "${var:x}", "${nope:x}", "..", "\x00", "***", "."),
    *([[]], [None], ["x"], {"a": {}}, {"file": "i.md"}, {"file": "s.json"}),
]
"""Each place meets one in three of these: three neighbouring places meet all."""


def _places(value: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    items = value.items() if isinstance(value, dict) else ()
    for key, item in enumerate(value) if isinstance(value, list) else items:
        yield (*place, key)
        yield from _places(item, (*place, key))


@pytest.mark.parametrize(
    ("odd", "first", "step"),
    [
        *((odd, 0, 1) for odd in _EVERYWHERE),
        *((odd, number % 3, 3) for number, odd in enumerate(_IN_TURN)),
    ],
    ids=repr,
)
def test_a_value_of_any_kind_at_any_place_is_survived(
    folder: Folder, odd: object, first: int, step: int
) -> None:
    folder.write(**{"i.md": "i", "f.md": "f", "s.json": '{"type": "object"}'})
    texts = [json.dumps(document) for document in _DOCUMENTS]
    for number, *place in islice(_places(_DOCUMENTS), first, None, step):
        holder: Any = [json.loads(texts[number])]
        inside, key = holder, 0
        for below in place:
            inside, key = inside[key], below
        inside[key] = odd
        changed = [*texts[:number], json.dumps(holder[0]), *texts[number + 1 :]]
        text = "\n---\n".join(changed)
        loaded = folder.write(**{"all.yaml": text}).load(environment="prod")

        assert "secret" not in repr(loaded.diagnostics)
        assert all(str(item) for item in loaded.diagnostics)


def test_what_the_odd_values_are_put_into_is_right_itself(folder: Folder) -> None:
    folder.write(**{"i.md": "i", "f.md": "f", "s.json": '{"type": "object"}'})
    folder.write(**{"all.yaml": yaml.safe_dump_all(_DOCUMENTS)})

    assert folder.load(environment="prod").diagnostics == ()
