"""The command `provisioner validate` checks the manifests offline."""

from typing import TYPE_CHECKING

from provisioner.cli._shared import options
from provisioner.cli._shared.command import command as named
from provisioner.cli._shared.errors import DONE, FAILED
from provisioner.cli._shared.formats import formats, show
from provisioner.render.format import Shape

if TYPE_CHECKING:
    from provisioner.verbs._shared.session import RunOptions


@named(
    "validate",
    "provisioner validate --env prod",
    "provisioner validate --format github",
    "provisioner validate --format sarif > validate.sarif",
)
@options.manifests(connects=False)
@formats(Shape.VALIDATION)
@options.screen_options
def command(*, run_options: "RunOptions", format: str) -> int:
    """Check the manifests in PATH (default: manifests), offline: no key, no network.

    Every mistake of every file is named at its line and column.
    """
    from provisioner.verbs.validate import validate

    found = validate(run_options)
    show(Shape.VALIDATION, found, format)
    return DONE if found.valid else FAILED
