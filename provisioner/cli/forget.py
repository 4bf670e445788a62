"""The command `provisioner forget` stops managing an object and keeps it."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from provisioner.cli._shared import guard_options, options
from provisioner.cli._shared.command import command as named
from provisioner.cli._shared.formats import writes
from provisioner.cli._shared.options import ADDRESS

if TYPE_CHECKING:
    from provisioner.model.address import Address
    from provisioner.verbs._shared.session import RunOptions


@named(
    "forget",
    "provisioner forget assistant.trial",
    "provisioner forget vector_store.archive --out forget.json",
)
@click.argument("address", type=ADDRESS)
@options.manifests(positional=False)
@guard_options.unprotect
@writes
def command(
    *,
    run_options: "RunOptions",
    address: "Address",
    yes: bool,
    out: Path | None,
    unprotect: "Sequence[Address]",
    format: str,
) -> int:
    """Stop managing the live object of ADDRESS, and keep it: only our mark is removed.

    The object is foreign afterwards: no plan changes or deletes it, and adopt takes it back. The
    manifests must not declare it any more.
    """
    from provisioner.cli._shared.perform import offer
    from provisioner.model.overrides import Overrides
    from provisioner.verbs.forget import planned_forget

    lifted = Overrides(unprotect)
    with planned_forget(run_options, address, lifted) as found:
        return offer(found, out, format, "Forget this object?", overrides=lifted, yes=yes)
