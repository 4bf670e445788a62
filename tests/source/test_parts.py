"""Prompts of several parts."""

from provisioner.model.resource import Part
from tests.source.folders import STACK, Folder, errors, only, places

PARTS = """\
apiVersion: provisioner/v1
kind: Assistant
metadata: {name: a}
spec:
  model: m
  instructions:
    parts:
      - {file: prompts/tone.md}
      - {file: prompts/who.md, variables: true}
      - {text: "Ends with ${var:end}."}
"""
VARIABLES = (
    "  variables: {end: {default: dots}, n: {default: 3}, key: {default: k, sensitive: true}}\n"
)


def parts(folder: Folder, who: str, manifest: str = PARTS, **files: str) -> Folder:
    texts = {"prompts/tone.md": "Be kind.\n${var:end} stays.\n", "prompts/who.md": who, **files}
    return folder.write(**{"stack.yaml": STACK + VARIABLES, "a.yaml": manifest, **texts})


def test_parts_are_joined_by_an_empty_line(folder: Folder) -> None:
    loaded = parts(folder, "Who: ${var:end}\n${var:n}\n\n").load()

    found = only(loaded, "assistant.a")
    assert found.spec["instructions"] == (
        "Be kind.\n${var:end} stays.\n\nWho: dots\n3\n\nEnds with dots."
    )
    assert found.parts == {
        "instructions": (
            Part("prompts/tone.md", 1),
            Part("prompts/who.md", 4),
            Part("part 3", 7),
        )
    }


def test_a_part_knows_how_many_share_it(folder: Folder) -> None:
    other = PARTS.replace("name: a", "name: b").replace("prompts/who.md, variables: true", "c.md")
    loaded = parts(folder, "I.", **{"b.yaml": other, "c.md": "C."}).load()

    names = {p.name: p.shared for p in only(loaded, "assistant.a").parts["instructions"]}
    assert names == {"prompts/tone.md": 2, "prompts/who.md": 1, "part 3": 1}


def test_a_sensitive_variable_in_a_part_makes_the_text_sensitive(folder: Folder) -> None:
    found = only(parts(folder, "The key is ${var:key}.").load(), "assistant.a")

    assert str(found.spec["instructions"]) == "(sensitive)"


def test_a_variable_that_is_none_stands_at_its_line_of_the_part(folder: Folder) -> None:
    loaded = parts(folder, "One.\nTwo ${var:nn}.\n").load()

    assert places(loaded) == [("prompts/who.md:2:1", "unknown variable")]


def test_a_part_is_a_file_or_a_text(folder: Folder) -> None:
    both = PARTS.replace("{file: prompts/tone.md}", "{file: prompts/tone.md, text: x}")
    neither = PARTS.replace("{file: prompts/tone.md}", "{variables: true}")
    beside = PARTS.replace("    parts:", "    file: prompts/tone.md\n    parts:")

    assert [e.code.name for e in errors(parts(folder, "I.", both).load())] == ["part-ambiguous"]
    assert [e.code.name for e in errors(parts(folder, "I.", neither).load())] == ["part-ambiguous"]
    assert [e.code.name for e in errors(parts(folder, "I.", beside).load())] == ["too-many-items"]


def test_a_missing_part_is_named_at_its_line(folder: Folder) -> None:
    loaded = parts(folder, "I.", PARTS.replace("tone.md", "ton.md")).load()

    assert places(loaded) == [("a.yaml:8:16", "a file does not exist")]
