"""Generate `docs/manifest-reference.md` from the schemas that also check manifests."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import yaml

from provisioner.kinds import KINDS
from provisioner.source import stack_schema
from provisioner.source.check import API_VERSION, STACK
from provisioner.source.fields import STACK_SUMMARY, Field, fields_of_kind

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
    """Return the text of the whole page, as Markdown."""
    parts = [_HEAD, _section(STACK, STACK_SUMMARY, STACK.lower(), stack_schema.SPEC)]
    parts += [_section(kind.title, kind.summary, name, kind.schema) for name, kind in KINDS.items()]
    return "\n".join(parts)


def _section(title: str, summary: str, name: str, spec: Mapping[str, Any]) -> str:
    """Return the section of one kind: its summary, the table of its fields, and an example."""
    example = {
        "apiVersion": API_VERSION,
        "kind": title,
        "metadata": {"name": "acme-helpdesk", "id": "k3v9q0x7dp"}
        if title == STACK
        else {"name": "example"},
        "spec": spec["examples"][0],
    }
    text = yaml.safe_dump(example, sort_keys=False, allow_unicode=True, width=90)
    rows = [_row(field) for field in fields_of_kind(name) if not field.is_variant]
    table = _TABLE + "".join(f"| {' | '.join(row)} |\n" for row in rows)
    return f"## {title}\n\n{summary}\n\n{table}\n```yaml\n{_LINE}\n{text}```\n"


def _row(field: Field) -> tuple[str, str, str, str]:
    """Return the cells of a field's row in the table: path, type, limits, description."""
    choices = " ".join(f"`{choice}`" for choice in field.choices)
    limits = [*(["required"] if field.required else []), *filter(None, [choices]), *field.limits]
    about = field.description.replace("|", "\\|")
    return f"`{field.path}`", field.type, ", ".join(limits), about


if __name__ == "__main__":
    Path("docs", "manifest-reference.md").write_text(generate(), encoding="utf-8")
