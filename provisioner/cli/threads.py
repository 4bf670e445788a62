"""The command `provisioner threads` lists, imports, retires and erases what no API lists."""

from typing import TYPE_CHECKING, Any

import click

from provisioner.cli._shared import options
from provisioner.cli._shared.command import command as named
from provisioner.cli._shared.formats import formats
from provisioner.cli._shared.numbers import Duration
from provisioner.render.format import Shape

if TYPE_CHECKING:
    from provisioner.verbs._shared.session import RunOptions
    from provisioner.verbs.gc.bare import Bare

LIST, IMPORT, RETIRE, ERASE = "list", "import", "retire", "erase"
KINDS = ("thread", "conversation", "response")
TAKES = {
    LIST: {"owner"},
    IMPORT: {"source", "kind", "ttl"},
    RETIRE: {"yes", "allow_missing"},
    ERASE: {"owner", "yes", "allow_missing"},
}
"""The arguments and options of each action."""


@named(
    "threads",
    "provisioner threads",
    "provisioner threads import threads.csv --ttl 30d",
    "provisioner threads retire --yes",
    "provisioner threads erase --owner user:42",
)
@click.argument("action", type=click.Choice(list(TAKES)), default=LIST, metavar="[ACTION]")
@click.argument("source", metavar="[FILE|-]", required=False)
@options.manifests(positional=False)
@options.bare
@click.option("--owner", metavar="WHOSE", help="The person whose objects are meant: user:42.")
@click.option("--kind", type=click.Choice(KINDS), help="The kind of objects whose line names none.")
@click.option(
    "--ttl", type=Duration(), metavar="TIME", help="How long to keep those whose line does not say."
)
@click.option(
    "--allow-missing", is_flag=True, help="Believe a server that knows not one of the objects."
)
@options.yes
@options.ledger
@formats(Shape.REPORT)
@options.screen_options
def command(
    *,
    run_options: "RunOptions",
    bare: "Bare | None",
    action: str,
    format: str,
    yes: bool,
    **given: Any,
) -> int:
    r"""List, import, retire or erase threads, conversations and stored responses.

    No API lists these: `provisioner.track` in an application registers them, and the ledger remembers
    them. ACTION is one of:

    \b
    list    count what is tracked, or list what is tracked of --owner (the default)
    import  register the lines of FILE (CSV or JSON lines), or what applications left in spools
    retire  delete what is past its time to live; several may run at the same time
    erase   delete everything of --owner, and print a receipt

    Without manifests, --runtime and --ledger are enough. retire and erase ask before they delete anything; --yes answers.
    """
    check(action, yes=yes, **given)
    from provisioner.cli._shared import threads_output as output

    if action == LIST:
        return output.listed(run_options, bare, given["owner"] or "", format)
    if action == IMPORT:
        source, kind = given["source"] or "", given["kind"] or ""
        ttl = given["ttl"]
        return output.imported(run_options, bare, source, kind=kind, ttl=ttl, format=format)
    ask, missing = not yes, given["allow_missing"]
    if action == RETIRE:
        return output.retired(run_options, bare, format, ask=ask, missing=missing)
    return output.erased(run_options, bare, given["owner"], format, ask=ask, missing=missing)


def check(action: str, **given: Any) -> None:
    """Raise UsageError for an option that the action does not take, or lacks."""
    for name, value in given.items():
        if name not in TAKES[action] and value not in {None, False}:
            word = "FILE" if name == "source" else f"--{name.replace('_', '-')}"
            raise click.UsageError(f"`threads {action}` takes no {word}.")
    if action == ERASE and not given["owner"]:
        raise click.UsageError("Say whose data is to be erased: `threads erase --owner user:42`.")
