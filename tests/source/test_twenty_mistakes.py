"""A folder with twenty different mistakes names all twenty, each at its file, line and column."""

from textwrap import dedent

import pytest

from provisioner.source import Loaded
from tests.source.folders import Folder, places

STACK = """\
apiVersion: provisioner/v1
kind: Stack
metadata: {name: acme, id: k3v9}
spec:
  default_target: lokal                                     # 1 unknown target
  targets:
    local:
      runtime: ful                                          # 2 unknown runtime
      drop: [temprature]                                    # 3 unknown entry of drop
  variables: {size: {type: integer, default: large}}        # 4 wrong type of a variable
"""
ASSISTANT = """\
apiVersion: provisioner/v1
kind: Assistant
metadata: {name: qa}
spec:
  model: ${var:modle}                                       # 5 unknown variable
  temprature: 0.2                                           # 6 unknown field
  top_p: 3                                                  # 7 above the limit
  max_prompt_tokens: ${var:size}
  max_prompt_tokens: 300                                    # 8 duplicate key
  instructions: {file: prompts/nope.md}                     # 9 no such file
  tools:
    - {type: file_search, vector_store: polcies}            # 10 dangling reference
    - type: retrieval                                       # 11 unknown tool
    - {type: function, function: {name: f}}
    - {type: function, function: {name: f}}                 # 12 twice
  truncation_strategy: {type: none}                         # 13 does not exist
  metadata: {version: 5}                                    # 14 not text
"""
REST = """\
apiVersion: provisioner/v1
kind: Asistant                                              # 15 unknown kind
metadata: {name: x}
spec: {}
---
apiVersion: provisioner/v1
kind: VectorStore
metadata:
  name: policies
spec:
  files:
    - ../secret.md                                          # 16 leaves the folder
    - {glob: "none/*.md"}                                   # 17 matches nothing
  chunking_strategy:
    type: static
    static:
      max_chunk_size_tokens: 200
      chunk_overlap_tokens: 150                             # 18 more than half
---
apiVersion: provisioner/v1
kind: Assistant
metadata: {name: qa}                                        # 19 declared before
spec: {model: m}
"""
BROKEN = """\
apiVersion: provisioner/v1
kind: File
metadata: {name: [}                                         # 20 not YAML
"""
EXPECTED = [
    ("assistants/qa.yaml:5:10", "unknown variable"),
    ("assistants/qa.yaml:6:3", "unknown field"),
    ("assistants/qa.yaml:7:10", "a number above the limit"),
    ("assistants/qa.yaml:9:3", "duplicate key"),
    ("assistants/qa.yaml:10:24", "a file does not exist"),
    ("assistants/qa.yaml:12:41", "unknown reference"),
    ("assistants/qa.yaml:13:13", "unknown value"),
    ("assistants/qa.yaml:15:7", "the same tool twice"),
    ("assistants/qa.yaml:16:31", "unknown value"),
    ("assistants/qa.yaml:17:23", "wrong type"),
    ("broken.yaml:3:19", "this is not YAML"),
    ("rest.yaml:2:7", "unknown kind"),
    ("rest.yaml:12:7", "a path leaves the manifest folder"),
    ("rest.yaml:13:14", "a glob matches nothing"),
    ("rest.yaml:18:29", "the overlap is more than half of a chunk"),
    ("rest.yaml:22:18", "the same address twice"),
    ("stack.yaml:5:19", "unknown target"),
    ("stack.yaml:8:16", "unknown runtime"),
    ("stack.yaml:9:14", "unknown entry of drop"),
    ("stack.yaml:10:46", "a variable has the wrong type"),
]


@pytest.fixture
def mistaken(folder: Folder) -> Loaded:
    qa = ASSISTANT.replace("max_prompt_tokens: 300 ", "max_prompt_tokens: ${var:size} ")
    folder.write(
        **{
            "stack.yaml": STACK,
            "assistants/qa.yaml": qa,
            "rest.yaml": REST,
            "broken.yaml": BROKEN,
        }
    )
    return folder.load()


def test_all_twenty_are_named_each_at_its_place(mistaken: Loaded) -> None:
    assert places(mistaken) == EXPECTED


def test_what_was_meant_is_offered(mistaken: Loaded) -> None:
    text = "\n".join(map(str, mistaken.diagnostics))

    for meant in ("temperature", "policies", "Assistant", "local", "full"):
        assert f"Did you mean `{meant}`?" in text


@pytest.mark.parametrize("change", ["crlf", "bom", "both"])
def test_windows_files_have_the_same_places(folder: Folder, change: str) -> None:
    def windows(text: str) -> bytes:
        data = dedent(text).encode()
        data = data.replace(b"\n", b"\r\n") if change != "bom" else data
        return b"\xef\xbb\xbf" + data if change != "crlf" else data

    qa = ASSISTANT.replace("max_prompt_tokens: 300 ", "max_prompt_tokens: ${var:size} ")
    folder.write(
        **{
            "stack.yaml": windows(STACK),
            "assistants/qa.yaml": windows(qa),
            "rest.yaml": windows(REST),
            "broken.yaml": windows(BROKEN),
        }
    )

    assert places(folder.load()) == EXPECTED
