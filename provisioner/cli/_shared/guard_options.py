"""Options that lift guards of the Stack for one run."""

from typing import TYPE_CHECKING, Any

import click

from provisioner.cli._shared.command import Function
from provisioner.cli._shared.numbers import WholeNumber
from provisioner.cli._shared.options import ADDRESS
from provisioner.cli._shared.run_options import gathered

if TYPE_CHECKING:
    from provisioner.model.overrides import Overrides

unprotect = click.option(
    "--unprotect",
    multiple=True,
    type=ADDRESS,
    metavar="ADDRESS",
    help="Ignore prevent_destroy of this resource in this run. Repeatable.",
)
_PERCENT = click.option(
    "--max-delete-percent",
    type=WholeNumber(0, 100),
    metavar="N",
    help="The percentage of live objects that this run may delete, in place of the Stack's guard.",
)


def overrides(function: Function) -> Function:
    """Add the options that lift guards of the Stack for one run.

    The command gets them as `overrides`.
    """
    options = [
        click.option(
            "--new",
            is_flag=True,
            help="Create new objects even though another stack has objects with our addresses.",
        ),
        click.option(
            "--new-object",
            multiple=True,
            type=ADDRESS,
            metavar="ADDRESS",
            help="Create this resource (assistant.*: each) even if a foreign object has its name. Repeatable.",
        ),
        unprotect,
        click.option(
            "--accept-undeclared",
            is_flag=True,
            help="Accept the present live values of fields that no manifest sets as the baseline.",
        ),
        _PERCENT,
    ]
    return gathered("overrides", _overrides, options)(function)


def unprotect_and_percent(function: Function) -> Function:
    """Add the options that lift the guards against deletions. The command gets them as `overrides`."""

    def gather(given: dict[str, Any]) -> "Overrides":
        from provisioner.model.overrides import Overrides

        percent = given.pop("max_delete_percent")
        return Overrides(given.pop("unprotect"), max_delete_percent=percent)

    return gathered("overrides", gather, [unprotect, _PERCENT])(function)


def _overrides(given: dict[str, Any]) -> "Overrides":
    from provisioner.model.overrides import Overrides

    return Overrides(
        unprotect=given.pop("unprotect"),
        new=given.pop("new"),
        new_objects=given.pop("new_object"),
        accept_undeclared=given.pop("accept_undeclared"),
        max_delete_percent=given.pop("max_delete_percent"),
    )
