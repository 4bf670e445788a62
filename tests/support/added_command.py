"""The command `provisioner count`. A test adds this file, and one line in the table of commands."""

from collections import Counter
from typing import TYPE_CHECKING

from provisioner.cli._shared import options
from provisioner.cli._shared.command import command as named
from provisioner.cli._shared.errors import DONE
from provisioner.cli._shared.formats import formats
from provisioner.cli._shared.options import JSON, screen
from provisioner.render.format import Shape

if TYPE_CHECKING:
    from provisioner.verbs._shared.session import RunOptions


@named("count", "provisioner count", "provisioner count --format json")
@options.manifests(connects=False)
@formats(Shape.REPORT)
@options.screen_options
def command(*, run_options: "RunOptions", format: str) -> int:
    """Count what the manifests declare, kind by kind."""
    from provisioner.model.errors import ManifestErrors
    from provisioner.render.document import to_json
    from provisioner.verbs._shared.session import read

    loaded = read(run_options)
    if loaded.stack is None:
        raise ManifestErrors(loaded.diagnostics)
    counted = dict(sorted(Counter(address.kind for address in loaded.desired).items()))
    lines = "".join(f"{number}  {kind}\n" for kind, number in counted.items())
    screen().out(to_json(counted) if format == JSON else lines)
    return DONE
