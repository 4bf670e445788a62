"""The command `provisioner threads` lists, imports, retires and erases objects that no API lists."""

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
"""The arguments and options that each action takes."""


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
@click.option("--owner", metavar="WHOSE", help="The person who owns the objects, such as user:42.")
@click.option(
    "--kind",
    type=click.Choice(KINDS),
    help="The kind of an imported object whose line does not name it.",
)
@click.option(
    "--ttl",
    type=Duration(),
    metavar="TIME",
    help="The time to live of an imported object whose line does not name it.",
)
@click.option(
    "--allow-missing", is_flag=True, help="Go on even if the server has none of the objects."
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

    No API lists these. `provisioner.track` in an application registers them, and the ledger remembers
    them. ACTION is one of:

    \b
    list    count the tracked objects, or list those of --owner (the default)
    import  register the objects in FILE (CSV or JSON lines), or in the spools of applications
    retire  delete objects whose time to live is over; several may run at the same time
    erase   delete all objects of --owner, and print a report

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
    """Raise UsageError for an option that the action does not take, or one that it needs and lacks."""
    for name, value in given.items():
        if name not in TAKES[action] and value not in {None, False}:
            word = "FILE" if name == "source" else f"--{name.replace('_', '-')}"
            raise click.UsageError(f"`threads {action}` takes no {word}.")
    if action == ERASE and not given["owner"]:
        raise click.UsageError("Say whose data is to be erased: `threads erase --owner user:42`.")
