"""Give each document of new manifests its schema line, by which an editor completes and explains.

An editor reads the line above each document, and not above each file. The schema lies in a hidden
folder beside the manifests, so that the folder works wherever it is copied, and without a network.
"""

from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Final

from provisioner.model.codes import commands as codes
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.hints import hint

SCHEMA: Final = ".schemas/manifest.schema.json"
"""The schema of all documents, from the folder of manifests. What is hidden is read as no manifest."""
_BETWEEN: Final = "---\n"


def with_schema_lines(files: Mapping[str, str]) -> dict[str, str]:
    """Return the files, by their path in the folder, with their lines and the schema beside them."""
    from provisioner.source.schemas import generate

    told = {
        name: _with_lines(name, text) if name.endswith(".yaml") else text
        for name, text in files.items()
    }
    return {**told, SCHEMA: generate()[PurePosixPath(SCHEMA).name]}


def stale(folder: Path) -> Diagnostic | None:
    """Return a warning if the schema beside the manifests is not that of this version.

    There is no warning for a folder without a schema, because its manifests may name another file.
    """
    file = folder / SCHEMA
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None
    from provisioner.source.schemas import generate

    if text == generate()[file.name]:
        return None
    detail = (
        f"Your editor completes and checks manifests by {file}, which another version wrote: it may "
        f"not know fields that there are. {hint('schema', '--out', str(file.parent))} writes it anew."
    )
    return Diagnostic(codes.SCHEMA_STALE, detail)


def _with_lines(name: str, text: str) -> str:
    up = "../" * (len(PurePosixPath(name).parts) - 1)
    line = f"# yaml-language-server: $schema={up}{SCHEMA}\n"
    return line + text.replace(f"\n{_BETWEEN}", f"\n{_BETWEEN}{line}")
