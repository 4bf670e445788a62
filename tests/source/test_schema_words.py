"""Keywords of a function's schema that nobody meant are said at their line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.source.folders import STACK, Folder

FUNCTION = """\
apiVersion: provisioner/v1
kind: Function
metadata: {name: escalate}
spec:
  parameters:
    type: object
    properties:
      order_id: SCHEMA
"""
USER = """\
apiVersion: provisioner/v1
kind: Assistant
metadata: {name: qa}
spec: {model: m, tools: [{type: function, ref: escalate}]}
"""


def found(schema: str, root: Path, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int, str]]:
    monkeypatch.chdir(root)
    folder = Folder(Path("manifests"))
    folder.root.mkdir()
    files = {"stack.yaml": STACK, "f.yaml": FUNCTION.replace("SCHEMA", schema), "a.yaml": USER}
    loaded = folder.write(**files).load()
    return [
        (item.code.name, item.position.line if item.position else 0, item.detail)
        for item in loaded.diagnostics
    ]


def test_a_comma_in_braces_is_said_at_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    schema = "{type: string, description: Order number, if one is concerned.}"
    ((code, line, detail),) = found(schema, tmp_path, monkeypatch)

    assert (code, line) == ("keyword-without-value", 8)
    assert "`if one is concerned.` has no value" in detail
    assert "quotes around a text that contains a comma" in detail


@pytest.mark.parametrize(
    ("schema", "code"),
    [
        ("{type: array, items: {type: string, minLenght: 2}}", "unknown-keyword"),
        ("{anyOf: [{type: string, title: }]}", "keyword-without-value"),
        ("{type: string, default: null, x-note: 1, $comment: hi}", ""),
        ("{type: object, properties: {anything: {type: string}}}", ""),
        ("{enum: [null, 1], const: null}", ""),
        ("{default: {anything: null}}", ""),
    ],
)
def test_words_are_judged_where_they_are_keywords(
    schema: str, code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert [name for name, _, _ in found(schema, tmp_path, monkeypatch)] == ([code] if code else [])


def test_a_keyword_that_is_nearly_one_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ((_, _, detail),) = found("{type: string, descripton: x}", tmp_path, monkeypatch)

    assert "Did you mean `description`?" in detail
