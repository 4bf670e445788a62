"""Generate `docs/diagnostics.md` from the table of codes, if run as a module."""

from collections.abc import Iterator
from pathlib import Path

from provisioner.model.codes.table import THEMES, rows

_HEAD = """\
# Diagnostics

Each error, warning and note of `provisioner` about manifests, plans and servers has a code:

    manifests/helper.yaml:7:3: error: unknown field [unknown-field]
      There is no `temprature`. Did you mean `temperature`?

The code stands in brackets, and in JSON as `code`. Codes are stable: a program may rely on them.
The sentence before the code is always the same for that code. The address, id or path that it is
about stands before the sentence (in JSON `subject`), and the details stand below it (in JSON
`detail`).

This page is generated: `python -m provisioner.render.codes`.
"""


def generate() -> str:
    """Return the text of the whole page, as Markdown."""
    return "\n".join([_HEAD, *_sections()])


def _sections() -> Iterator[str]:
    """Yield the lines of a table of codes for each theme."""
    for theme, module in THEMES.items():
        yield f"## {theme}\n"
        yield "| code | severity | says | meaning |"
        yield "|---|---|---|---|"
        for code in sorted(rows(module), key=lambda code: code.name):
            yield f"| `{code.name}` | {code.severity} | {code.summary} | {code.meaning} |"
        yield ""


if __name__ == "__main__":
    Path("docs", "diagnostics.md").write_text(generate(), encoding="utf-8")
