"""The command `provisioner ask` asks a live assistant one question."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from provisioner.cli._shared import options
from provisioner.cli._shared.command import command as named
from provisioner.cli._shared.errors import DONE, FAILED
from provisioner.cli._shared.formats import formats
from provisioner.cli._shared.options import ADDRESS, JSON, screen
from provisioner.render.format import Shape

if TYPE_CHECKING:
    from provisioner.model.address import Address
    from provisioner.verbs._shared.session import RunOptions


def _outputs(ctx: click.Context, param: click.Parameter, values: Sequence[str]) -> dict[str, str]:
    outputs = options.pairs(ctx, param, values)
    for name, text in outputs.items():
        try:
            # Before anything is sent: a run that has begun would wait for this output.
            json.loads(text)
        except ValueError as error:
            raise click.BadParameter(f"the output of {name} is not JSON: {error}.") from error
    return outputs


@named(
    "ask",
    'provisioner ask assistant.policy-qa "How many days of leave carry over?"',
    "provisioner ask assistant.order-support \"Where is ACM-1234567?\" --tool-output 'lookup-order={}'",
)
@click.argument("address", type=ADDRESS)
@click.argument("question")
@click.option(
    "--thread",
    metavar="ID",
    help="Ask in this thread, conversation or session. It is not deleted afterwards.",
)
@click.option(
    "--keep-thread",
    is_flag=True,
    help="Do not delete what was begun for the question: a thread, stored responses, a session.",
)
@click.option(
    "--steps", is_flag=True, help="Show the steps of the run, or the items of the session."
)
@click.option(
    "--save-files",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Save the files that the assistant makes into DIR.",
)
@click.option(
    "--tool-output",
    "tool_outputs",
    multiple=True,
    metavar="NAME=JSON",
    callback=_outputs,
    help="The output to send when the assistant calls the function NAME. Repeatable.",
)
@options.manifests(positional=False)
@formats(Shape.REPORT)
@options.screen_options
def command(
    *,
    run_options: "RunOptions",
    address: "Address",
    question: str,
    thread: str | None,
    keep_thread: bool,
    steps: bool,
    save_files: Path | None,
    tool_outputs: dict[str, str],
    format: str,
) -> int:
    """Ask a live assistant one QUESTION, with the settings that its manifest gives every run.

    The answer goes to stdout, all else to stderr. Exits 1 unless the run completed. What was begun
    for it (a thread, a stored response, a session) is deleted afterwards, unless --keep-thread.
    """
    if not question.strip():
        raise click.UsageError("The QUESTION is empty.")
    if thread == "":
        raise click.UsageError(
            "--thread is empty: give an ID, or leave --thread out to begin a new one."
        )
    from provisioner.render.ask import answer_document, answer_text
    from provisioner.render.document import to_json
    from provisioner.render.visible import visible
    from provisioner.verbs.ask import Question, ask

    asked = Question(question, thread or "", keep_thread, tool_outputs, steps, save_files)
    answer = ask(run_options, address, asked, lambda line: screen().note(visible(line)))
    if format == JSON:
        screen().out(to_json(answer_document(answer)))
    else:
        result, beside = answer_text(answer)
        screen().out(result)
        screen().err(beside)
    return DONE if answer.completed else FAILED
