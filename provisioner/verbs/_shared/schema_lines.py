"""Add to each document of new manifests the comment that names its schema, for editors.

An editor reads this line above each document, and not once for each file. The schema is in a hidden
folder beside the manifests, so that the folder works wherever it is copied, and without a network.
"""

from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Final

from provisioner.model.codes import commands as codes
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.hints import hint

SCHEMA: Final = ".schemas/manifest.schema.json"
"""The path of the schema in the folder of manifests. Hidden files are not read as manifests."""
_BETWEEN: Final = "---\n"


def with_schema_lines(files: Mapping[str, str]) -> dict[str, str]:
    """Return files by their paths, with the schema lines, and with the schema itself."""
    from provisioner.source.schemas import of_any_kind

    told = {
        name: _with_lines(name, text) if name.endswith(".yaml") else text
        for name, text in files.items()
    }
    return {**told, SCHEMA: of_any_kind()}


def stale(folder: Path) -> Diagnostic | None:
    """Return a warning if the schema beside the manifests is not that of this version.

    Return None for a folder without a schema, because its manifests may name another file.
    """
    file = folder / SCHEMA
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None
    from provisioner.source.schemas import of_any_kind

    if text == of_any_kind():
        return None
    detail = (
        f"Your editor completes and checks manifests with {file}, which another version wrote and"
        f" which may lack some fields. {hint('schema', '--out', str(file.parent))} writes it again."
    )
    return Diagnostic(codes.SCHEMA_STALE, detail)


def _with_lines(name: str, text: str) -> str:
    """Return the text of a file with a schema line above each document."""
    up = "../" * (len(PurePosixPath(name).parts) - 1)
    line = f"# yaml-language-server: $schema={up}{SCHEMA}\n"
    return line + text.replace(f"\n{_BETWEEN}", f"\n{_BETWEEN}{line}")
