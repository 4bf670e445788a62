"""The command `provisioner init` writes a first folder of manifests."""

import re
from pathlib import Path

import click

from provisioner.cli._shared.command import command as named
from provisioner.cli._shared.errors import DONE
from provisioner.cli._shared.options import FOLDER, screen, screen_options
from provisioner.model.hints import command_line


class HostType(click.ParamType[str]):
    """The type of an option that takes the name of a host of pipelines."""

    name = "host"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        from provisioner.pipelines import HOSTS

        if value not in HOSTS:
            self.fail(f"{value!r} is none of {', '.join(HOSTS)}.", param, ctx)
        return str(value)


@named(
    "init",
    "provisioner init",
    "provisioner init assistants",
    "provisioner init --ci github --env staging --env prod",
    "provisioner init --ci gitlab",
)
@click.argument("folder", metavar="[DIR]", type=click.Path(path_type=Path), default=FOLDER)
@click.option(
    "--ci", type=HostType(), metavar="HOST", help="Write a pipeline too: github or gitlab."
)
@click.option(
    "--env",
    "environments",
    multiple=True,
    metavar="NAME",
    help="With --ci: an environment of the Stack. Repeatable.",
)
@click.option(
    "--program",
    "source",
    metavar="OWNER/REPOSITORY@COMMIT",
    default="",
    help="With --ci: where the pipeline takes this program from.  [default: where it was installed from]",
)
@screen_options
def command(*, folder: Path, ci: str | None, environments: tuple[str, ...], source: str) -> int:
    """Write a first folder of manifests to DIR (default: manifests).

    The folder has one assistant with a prompt, a vector store and a document, on the embedded
    server, and can be applied as it is. With --ci, a pipeline is written as well. If DIR holds
    manifests already, only the pipeline is written. No file is ever overwritten.
    """
    from provisioner.verbs._shared.pipeline_setup import PipelineWish
    from provisioner.verbs.init import init

    if not ci and (environments or source):
        raise click.UsageError("--env and --program need --ci.")
    # The text becomes a part of a YAML file, in which every other character may mean something.
    if re.search(r"[^\w./@:+~-]", source):
        raise click.BadParameter(
            "Write OWNER/REPOSITORY@COMMIT, such as acme/provisioner@v1.", param_hint="--program"
        )
    written = init(folder, PipelineWish(ci, environments, source) if ci else None)
    where = () if folder == FOLDER else (str(folder),)
    wrote = "".join(f"  {file}\n" for file in written)
    commands = "".join(
        f"  {command_line(verb, *where)}\n" for verb in ("validate", "plan", "apply")
    )
    screen().out(f"Written:\n{wrote}\nNow:\n{commands}")
    return DONE
