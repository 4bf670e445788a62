"""The command `provisioner explain` explains fields, kinds and codes of diagnostics."""

import click

from provisioner.cli._shared.command import command as named
from provisioner.cli._shared.errors import DONE
from provisioner.cli._shared.formats import printed, show
from provisioner.render.format import Shape


@named(
    "explain",
    "provisioner explain",
    "provisioner explain assistant",
    "provisioner explain assistant.temperature",
    "provisioner explain 'assistant.tools[file_search]'",
    "provisioner explain unknown-field",
)
@click.argument("topic", metavar="[KIND[.FIELD]|CODE]", default="")
@printed(Shape.EXPLANATION)
def command(*, topic: str, format: str) -> int:
    """Explain a kind of manifest, one of its fields, or the code of a diagnostic.

    For a field: its type, its limits and its default, an example, and what each runtime does with
    it: stored (the live object has it), per run (recorded, and applied by whoever runs the
    assistant), or unsupported.

    The code of a diagnostic is the word in brackets at the end of its first line.
    """
    from provisioner.verbs.explain.run import explain
    from provisioner.verbs.explain.topic import UnknownTopic

    try:
        found = explain(topic)
    except UnknownTopic as error:
        raise click.BadParameter(str(error), param_hint="KIND.FIELD") from error
    show(Shape.EXPLANATION, found, format)
    return DONE
