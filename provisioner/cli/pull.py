"""The command `provisioner pull` writes manifests from an export of assistants."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

from provisioner.cli._shared import options
from provisioner.cli._shared.command import command as named
from provisioner.cli._shared.errors import DONE, FAILED
from provisioner.cli._shared.formats import formats
from provisioner.cli._shared.options import JSON, screen
from provisioner.model.hints import command_line
from provisioner.render.format import Shape

if TYPE_CHECKING:
    from provisioner.verbs.pull.manifests import Taken
    from provisioner.verbs.pull.run import Pulled


@named(
    "pull",
    "provisioner pull assistants.json --out manifests",
    "gunzip -c export.json.gz | provisioner pull - --out legacy",
)
@click.argument("file", type=click.File("rb"))
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    metavar="DIR",
    help="A folder without manifests. It is created if it does not exist.",
)
@formats(Shape.REPORT)
@options.screen_options
def command(*, file: BinaryIO, out: Path, format: str) -> int:
    """Write manifests for the assistants in FILE (-: standard input).

    FILE is what GET /assistants answered while OpenAI had that API: pages, an array, or one object
    after another. No file is ever overwritten. What an export lacks (documents, files) is listed,
    with what to do about it.
    """
    from provisioner.render.document import to_json
    from provisioner.verbs.pull.export_file import MOST_BYTES
    from provisioner.verbs.pull.run import pull

    # One byte more than the limit, so that a larger file is noticed.
    pulled = pull(file.read(MOST_BYTES + 1), out)
    if format == JSON:
        screen().out(to_json(_document(pulled)))
    else:
        _show(pulled, out)
    return FAILED if pulled.left_out else DONE


def _show(pulled: "Pulled", out: Path) -> None:
    """Print what was written, the notes about what an export lacks, and the next commands."""
    from provisioner.render.diagnostics import diagnostics_text
    from provisioner.render.tables import table

    rows = [(taken.address, taken.id or "-", taken.name or "-") for taken in _taken(pulled)]
    screen().out(
        f"{table(rows, ('ADDRESS', 'WAS', 'NAME'))}\n\n{len(pulled.files)} files written.\n"
    )
    if pulled.notes:
        notes = diagnostics_text(pulled.diagnostics, colour=screen().colour(sys.stderr))
        screen().err(f"\n{notes}\n")
    commands = "".join(f"  {command_line(verb, str(out))}\n" for verb in ("validate", "plan"))
    screen().out(f"\nNow:\n{commands}")


def _taken(pulled: "Pulled") -> "tuple[Taken, ...]":
    return (*pulled.assistants, *pulled.stores)


def _document(pulled: "Pulled") -> dict[str, object]:
    """Return the JSON document about what was written."""
    from provisioner.render.document import FORMAT_VERSION

    return {
        "format_version": FORMAT_VERSION,
        "resources": [
            {"address": str(taken.address), "id": taken.id or None, "name": taken.name or None}
            for taken in _taken(pulled)
        ],
        "functions": [str(address) for address in pulled.functions],
        "files": [path.as_posix() for path in pulled.files],
        "left_out": pulled.left_out,
        "notes": [
            {
                "about": note.about,
                "address": str(note.address) if note.address else None,
                "ids": list(note.ids),
                "text": note.text,
            }
            for note in pulled.notes
        ],
    }
