"""Give each document of new manifests its schema line, by which an editor completes and explains.

An editor reads the line above each document, and not above each file. The schema lies in a hidden
folder beside the manifests, so that the folder works wherever it is copied, and without a network.
"""

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Final

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


def _with_lines(name: str, text: str) -> str:
    up = "../" * (len(PurePosixPath(name).parts) - 1)
    line = f"# yaml-language-server: $schema={up}{SCHEMA}\n"
    return line + text.replace(f"\n{_BETWEEN}", f"\n{_BETWEEN}{line}")
