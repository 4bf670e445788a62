"""The command `provisioner init` writes a first folder of manifests."""

from pathlib import Path

import click

from provisioner.cli._shared.command import command as named
from provisioner.cli._shared.errors import DONE
from provisioner.cli._shared.options import FOLDER, screen, screen_options
from provisioner.model.hints import command_line


@named("init", "provisioner init", "provisioner init assistants")
@click.argument("folder", metavar="[DIR]", type=click.Path(path_type=Path), default=FOLDER)
@screen_options
def command(*, folder: Path) -> int:
    """Write a first folder of manifests to DIR (default: manifests).

    The folder has one assistant with a prompt, a vector store and a document, on the embedded
    server, and can be applied as it is. No file is ever overwritten.
    """
    from provisioner.verbs.init import init

    written = init(folder)
    where = () if folder == FOLDER else (str(folder),)
    wrote = "".join(f"  {file}\n" for file in written)
    commands = "".join(
        f"  {command_line(verb, *where)}\n" for verb in ("validate", "plan", "apply")
    )
    screen().out(f"Written:\n{wrote}\nNow:\n{commands}")
    return DONE
