"""schema: write the JSON Schemas of manifests, and of the documents that commands print."""

from pathlib import Path

from provisioner.model.codes import commands as codes
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.errors import ProvisionerError

SUFFIX = ".schema.json"


def schemas() -> dict[str, str]:
    """Return the text of every schema by its name, such as `manifest`, `assistant` or `plan`."""
    from provisioner.render.schemas import generate as printed
    from provisioner.source.schemas import generate as read

    files = {**read(), **printed()}
    return {name.removesuffix(SUFFIX): text for name, text in sorted(files.items())}


def write_schemas(folder: Path) -> list[Path]:
    """Write all schemas into a folder, and return the files. Raises ProvisionerError."""
    files = {folder / f"{name}{SUFFIX}": text for name, text in schemas().items()}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for file, text in files.items():
            file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ProvisionerError(
            Diagnostic(
                codes.SCHEMAS_NOT_WRITTEN,
                f"{error.filename or folder}: {error.strerror}.",
            )
        ) from error
    return list(files)
