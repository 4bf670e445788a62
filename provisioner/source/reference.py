"""`docs/manifest-reference.md`, generated from the same schemas as everything else."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import yaml

from provisioner.kinds import KINDS
from provisioner.source import metadata_schema, stack_schema
from provisioner.source.check import API_VERSION, FOR_EACH, STACK

_LINE: Final = "# yaml-language-server: $schema=../schemas/manifest.schema.json"
_HEAD: Final = f"""# Manifest reference

<!-- Generated from the schemas: `python -m provisioner.source.reference` writes it. -->

Every YAML document is one of the kinds below, with `apiVersion: {API_VERSION}`, `kind`,
`metadata` and `spec`. A folder holds one `Stack` and any number of documents and files; it is read
recursively, in sorted order, without hidden files. YAML follows the 1.2 core schema: `yes`, `on`
and `2026-10-01` are text.

- `${{var:NAME}}` takes a variable's value. Alone in a field it keeps its type; within a text it
  becomes text. `$${{` is a literal `${{`.
- `${{each.COLUMN}}` takes a value of the row, in a document with a `for_each`.
- `${{env:NAME}}` works in targets and in defaults of variables, nowhere else.
- A field that is `null` is not set.
- Paths are relative to the manifest that names them, and stay inside the folder.
- An editor with a YAML language server completes, explains and checks each document below the line
  `{_LINE}`. It stands above each document, also behind
  `---`. `provisioner schema --out DIR` writes the file that it names; `init` and `pull` write both.
"""
_TABLE: Final = "| Field | Type | Limits | What it is |\n|---|---|---|---|\n"


def generate() -> str:
    """The whole page, as Markdown."""
    summary = "Who we are, and where things live. A folder has exactly one."
    metadata = [*_rows(stack_schema.METADATA, "metadata.")]
    parts = [_HEAD, _section(STACK, summary, metadata, stack_schema.SPEC)]
    for kind in KINDS.values():
        own = (
            metadata_schema.INLINED_METADATA if kind.inlined else metadata_schema.RESOURCE_METADATA
        )
        about = [*_rows(own, "metadata.")]
        if metadata_schema.can_be_borrowed(kind):
            about += [_row(metadata_schema.ID, metadata_schema.BORROWED_ID, required=False)]
        if kind.repeats:
            about += [_row(FOR_EACH, stack_schema.FOR_EACH, required=False)]
            about += _rows(stack_schema.FOR_EACH, f"{FOR_EACH}.")
        parts.append(_section(kind.title, kind.summary, about, kind.schema))
    return "\n".join(parts)


def _section(
    title: str, summary: str, about: list[tuple[str, str, str, str]], spec: Mapping[str, Any]
) -> str:
    rows = [*about, *_rows(spec, "")]
    example = {
        "apiVersion": API_VERSION,
        "kind": title,
        "metadata": {"name": "acme-helpdesk", "id": "k3v9q0x7dp"}
        if title == STACK
        else {"name": "example"},
        "spec": spec["examples"][0],
    }
    text = yaml.safe_dump(example, sort_keys=False, allow_unicode=True, width=90)
    table = _TABLE + "".join(f"| {' | '.join(row)} |\n" for row in rows)
    return f"## {title}\n\n{summary}\n\n{table}\n```yaml\n{_LINE}\n{text}```\n"


def _rows(schema: Any, prefix: str) -> Iterator[tuple[str, str, str, str]]:
    """One row a field, those inside of it after it. Fields of `spec` stand without a prefix."""
    if not isinstance(schema, Mapping) or "$ref" in schema:
        return
    required = schema.get("required", [])
    for name, field in schema.get("properties", {}).items():
        if "const" not in field:
            yield _row(f"{prefix}{name}", field, required=name in required)
            yield from _inner(field, f"{prefix}{name}")


def _inner(field: Mapping[str, Any], path: str) -> Iterator[tuple[str, str, str, str]]:
    yield from _rows(field, f"{path}.")
    yield from _rows(field.get("else"), f"{path}.")
    items, values = field.get("items"), field.get("additionalProperties")
    if isinstance(values, Mapping) and "properties" in values:
        yield from _inner(values, f"{path}.NAME")
    if isinstance(items, Mapping):
        yield from _inner(items, f"{path}[]")
        for branch in items.get("allOf", ()):
            type_of_tool = branch["if"]["properties"]["type"]["const"]
            yield from _rows(branch["then"], f"{path}[{type_of_tool}].")


def _row(path: str, field: Mapping[str, Any], *, required: bool) -> tuple[str, str, str, str]:
    limits = [*(["required"] if required else []), *_limits(field)]
    about = str(field.get("description", "")).replace("|", "\\|")
    return f"`{path}`", _type(field), ", ".join(limits), about


def _type(field: Mapping[str, Any]) -> str:
    types = field.get("type", "string" if "enum" in field else "object")
    return " or ".join([types] if isinstance(types, str) else types)


def _limits(field: Mapping[str, Any]) -> Iterator[str]:
    choices = field.get("enum") or field.get("then", {}).get("enum")
    if choices:
        yield " ".join(f"`{choice}`" for choice in choices)
    low, high = field.get("minimum"), field.get("maximum")
    if low is not None:
        yield f"{low} to {high}" if high is not None else f"{low} or more"
    for key, unit in (
        ("maxLength", "characters"),
        ("maxItems", "items"),
        ("maxProperties", "keys"),
    ):
        if key in field:
            yield f"at most {field[key]:,} {unit}"


if __name__ == "__main__":
    Path("docs", "manifest-reference.md").write_text(generate(), encoding="utf-8")
