"""`provisioner rollback`."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from provisioner.cli import options
from provisioner.cli.boundary import DONE, FAILED
from provisioner.cli.command import command as named
from provisioner.cli.formats import formats
from provisioner.cli.options import ADDRESS, JSON, screen
from provisioner.render.formats import Shape

if TYPE_CHECKING:
    from provisioner.model.address import Address
    from provisioner.verbs.rollback import Rollback
    from provisioner.verbs.session import Setup


@named(
    "rollback",
    "provisioner rollback assistant.policy-qa",
    "provisioner rollback assistant.policy-qa --to 7 --yes",
)
@click.argument("address", type=ADDRESS)
@click.option("--to", type=int, metavar="N", help="Which release. Default: the one before.")
@options.manifests(positional=False)
@options.yes
@options.out
@formats(Shape.PLAN)
@options.screen_options
def command(
    *,
    setup: "Setup",
    address: "Address",
    to: int | None,
    yes: bool,
    out: Path | None,
    format: str,
) -> int:
    """Publish an older release of an assistant again, on a `responses` target.

    Shows what becomes different and asks. Applications take it up at once. The manifests have not
    moved: from then on it is drift, which plan shows and a plain apply does not undo.

    The releases there are: provisioner show --history ADDRESS
    """
    from provisioner.cli.planning import present
    from provisioner.verbs.rollback import prepared_rollback

    with prepared_rollback(setup, address, to) as found:
        if out:
            return present(found, found.plan, out, format)
        return carried_out(found, yes, format)


def carried_out(found: "Rollback", yes: bool, format: str) -> int:
    from provisioner.cli.changing import approval
    from provisioner.verbs.rollback import rollback

    _show(found, format)
    number = None
    if not found.plan.is_empty and (yes or approval("\nRoll back? [y/N] ", ("y", "yes"))):
        number = rollback(found)
    if format == JSON:
        _tell(found, number)
    elif number:
        screen().out(
            f"\n{found.address}: release {number} says what release {found.older.number} said.\n"
            "To keep it, put it into the manifest; until then plan and drift show it.\n"
        )
    return DONE if number or found.plan.is_empty else FAILED


def _show(found: "Rollback", format: str) -> None:
    from provisioner.cli.history import told
    from provisioner.cli.planning import show

    tell, stream = (screen().err, sys.stderr) if format == JSON else (screen().out, sys.stdout)
    if found.plan.is_empty:
        current, older = found.current.number, found.older.number
        same = "is the current one" if current == older else f"says what release {current} says"
        tell(f"{found.address}: release {older} {same}. There is nothing to roll back.\n")
        return
    show(found.plan, stream)
    tell(
        f"\nFrom  release {told(found.current.published)}\nTo    release {told(found.older.published)}\n"
    )


def _tell(found: "Rollback", number: int | None) -> None:
    from provisioner.render.document import FORMAT_VERSION, change_document, to_json
    from provisioner.render.view import view_of

    document = {
        "format_version": FORMAT_VERSION,
        "address": str(found.address),
        "from": found.current.number,
        "to": found.older.number,
        "number": number,
        "changes": [change_document(change) for change in view_of(found.plan).changes],
    }
    screen().out(to_json(document))
