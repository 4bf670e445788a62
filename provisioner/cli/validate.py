"""The command `provisioner validate` checks the manifests without a network."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from provisioner.cli._shared import options
from provisioner.cli._shared.command import command as named
from provisioner.cli._shared.errors import DONE, FAILED
from provisioner.cli._shared.formats import formats, show
from provisioner.cli._shared.gate import fail_on, judged
from provisioner.render.format import Shape

if TYPE_CHECKING:
    from provisioner.verbs._shared.session import RunOptions


@named(
    "validate",
    "provisioner validate --env prod",
    "provisioner validate --fail-on warning",
    "provisioner validate --format github",
    "provisioner validate --format sarif > validate.sarif",
)
@options.manifests(connects=False)
@fail_on
@formats(Shape.VALIDATION)
@options.screen_options
def command(*, run_options: "RunOptions", fail_on: Sequence[str], format: str) -> int:
    """Check the manifests in PATH (default: manifests), offline: no key, no network.

    Every mistake in every file is reported at its line and column.
    """
    from provisioner.verbs.validate import validate

    found = validate(run_options)
    show(Shape.VALIDATION, found, format)
    return judged(DONE if found.valid else FAILED, fail_on, found.diagnostics)
