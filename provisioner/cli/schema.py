"""The command `provisioner schema` prints the JSON Schemas."""

from pathlib import Path

import click

from provisioner.cli._shared.command import command as named
from provisioner.cli._shared.errors import DONE
from provisioner.cli._shared.options import screen, screen_options


@named("schema", "provisioner schema assistant", "provisioner schema --out schemas")
@click.argument("kind", default="manifest")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Write all schemas into this folder.",
)
@screen_options
def command(*, kind: str, out: Path | None) -> int:
    """Print the JSON Schema of KIND.

    KIND is manifest (the default: the schema of every kind at once), a kind such as assistant,
    or a document that a command prints as JSON, such as plan, drift or outcome. A KIND that does
    not exist is answered with the list of all.

    An editor checks and completes a manifest that names its schema in a comment:
    `# yaml-language-server: $schema=…`.
    """
    from provisioner.source.suggest import did_you_mean, listed
    from provisioner.verbs.schema import schemas, write_schemas

    if out:
        screen().out("".join(f"{file}\n" for file in write_schemas(out)))
        return DONE
    known = schemas()
    titles = {name.replace("_", "").replace("-", ""): name for name in known}
    name = titles.get(kind.lower().replace("_", "").replace("-", ""))
    if name is None:
        hint = f" Known: {listed(known)}.{did_you_mean(kind, known)}"
        raise click.BadParameter(f"there is no schema of {kind!r}.{hint}", param_hint="KIND")
    screen().out(known[name])
    return DONE
