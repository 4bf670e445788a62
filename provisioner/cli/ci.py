"""The command `provisioner ci` does what an event of a pipeline's host asks for."""

import sys
from contextlib import redirect_stderr
from typing import TYPE_CHECKING

import click

from provisioner.cli._shared import options
from provisioner.cli._shared.command import command as named
from provisioner.cli._shared.options import screen, screen_options

if TYPE_CHECKING:
    from provisioner.model.outcome import Report
    from provisioner.verbs._shared.session import RunOptions
    from provisioner.verbs.plan import Planned


@named("ci", "provisioner ci --env prod", "provisioner --chdir teams/sales ci --env prod")
@options.manifests()
@options.ledger
@click.option(
    "--require-approval/--no-require-approval",
    default=True,
    help="Apply a merged plan only if it was approved.  [default: --require-approval]",
)
@click.option(
    "--leaks/--no-leaks", default=True, help="Look for leaks at night too.  [default: --leaks]"
)
@screen_options
def command(*, run_options: "RunOptions", require_approval: bool, leaks: bool) -> int:
    """Do what the event of a pipeline asks for. It runs in GitHub Actions and GitLab CI.

    At a pull or merge request: validate and plan, with the targets of the branch into which it would
    be merged, and write the plan into one comment, which later runs replace. At a merge: plan again,
    and apply the plan if it is the one that was approved. At night (a scheduled event): open, update
    or close one issue about drift and leaks.
    """
    from provisioner.verbs.ci.run import ci

    end = ci(
        run_options,
        screen().out,
        _performed,
        require_approval=require_approval,
        leaks=leaks,
    )
    return end.value


def _performed(planned: "Planned") -> "Report":
    """Carry a plan out, and show its progress and its outcome."""
    from provisioner.cli._shared.perform import applied
    from provisioner.render.format import Layout, Shape
    from provisioner.render.formats import TEXT, rendered

    # Progress is printed on stderr elsewhere. A host reads two streams in any order, and its commands
    # are only stopped between two lines of the same one.
    with redirect_stderr(sys.stdout):
        report = applied(planned)
    screen().out(rendered(Shape.OUTCOME, report, TEXT.name, Layout()))
    return report
