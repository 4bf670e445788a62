"""The command `provisioner show` shows what is declared, live and last applied."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from provisioner.cli._shared import options
from provisioner.cli._shared.command import command as named
from provisioner.cli._shared.errors import DONE
from provisioner.cli._shared.formats import fitting, printed
from provisioner.cli._shared.formats import show as print_as
from provisioner.cli._shared.options import ADDRESS, ENV, JSON, TEXT, screen
from provisioner.render.format import Shape
from provisioner.render.formats import names_for

if TYPE_CHECKING:
    from provisioner.engine.graph import Graph
    from provisioner.model.address import Address
    from provisioner.verbs._shared.session import RunOptions

PYTHON = "python"


class WhatType(click.ParamType["Address | Path"]):
    """The type of the argument: an address, or a file.

    A text is a file if that file exists or it ends in `.json`, unless the part before its first dot
    is the name of a kind.
    """

    name = "what"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> "Address | Path":
        from provisioner.kinds import KINDS

        # A name in `.json` that does not exist is a misspelt plan rather than an address.
        is_file = isinstance(value, str) and (value.endswith(".json") or Path(value).is_file())
        if is_file and value.partition(".")[0] not in KINDS:
            return Path(value)
        return ADDRESS.convert(value, param, ctx)


WHAT = WhatType()


@named(
    "show",
    "provisioner show",
    "provisioner show assistant.policy-qa",
    'provisioner show --format env >> "$GITHUB_ENV"',
    "provisioner show assistant.policy-qa --as python > ask.py",
    "provisioner show --format dot | dot -Tsvg > references.svg",
    "provisioner show --releases assistant.policy-qa",
    "provisioner show plan.json",
    "provisioner show plan.json --format html > plan.html",
)
@click.argument("what", metavar="[ADDRESS|FILE]", type=WHAT, required=False)
@click.option(
    "--as",
    "language",
    type=click.Choice([PYTHON, "curl"]),
    help="Print ready code that asks ADDRESS.",
)
@click.option("--releases", is_flag=True, help="List the releases of ADDRESS that are kept.")
@options.manifests(positional=False)
@printed(Shape.OBJECTS, beside=(Shape.GRAPH, Shape.PLAN))
def command(
    *,
    run_options: "RunOptions",
    what: "Address | Path | None",
    language: str | None,
    releases: bool,
    format: str,
) -> int:
    """Show a row for each address, or ADDRESS in full: what is declared, live and last applied.

    With FILE, a plan that --out of any command saved, shows that plan.

    --format env prints the ids of live objects, one a line: ASSISTANT_POLICY_QA=asst_…

    --format dot and --format mermaid draw references: all of them, or those from and to ADDRESS,
    directly and indirectly.

    --as prints a program, or a command, that asks the live assistant. It reads keys from the
    environment.
    """
    if isinstance(what, Path):
        format = fitting(format, names_for(Shape.PLAN))
        if language or releases or format not in names_for(Shape.PLAN):
            known = ", ".join(names_for(Shape.PLAN))
            raise click.UsageError(
                f"A saved plan takes only the option --format, with one of: {known}."
            )
        return _saved(what, format)
    address = what
    format = fitting(format, _names(language, releases=releases))
    if screen().summary or format not in names_for(Shape.OBJECTS, beside=(Shape.GRAPH,)):
        option = "--summary" if screen().summary else f"--format {format}"
        raise click.UsageError(f"{option} works with saved plans only: name the FILE of one.")
    if releases and format in names_for(Shape.GRAPH):
        raise click.UsageError("--releases needs an ADDRESS, and --format text or json.")
    if language:
        if address is None or releases or format != TEXT:
            raise click.UsageError(
                "--as needs an ADDRESS, and does not go with --releases or --format."
            )
        screen().out(_code(run_options, address, language))
    elif format in names_for(Shape.GRAPH):
        print_as(Shape.GRAPH, _graph(run_options, address), format)
    elif releases:
        screen().out(_releases(run_options, address, format))
    elif address is None:
        screen().out(_all(run_options, format))
    else:
        screen().out(_one(run_options, address, format))
    return DONE


def _names(language: str | None, *, releases: bool) -> Sequence[str]:
    """Return the formats that can show what is not a saved plan."""
    if language:
        return (TEXT,)
    return (TEXT, JSON) if releases else names_for(Shape.OBJECTS, beside=(Shape.GRAPH,))


def _saved(file: Path, format: str) -> int:
    from provisioner.cli._shared.plan_output import show
    from provisioner.render.document import to_json
    from provisioner.verbs._shared.plan_file.read import read_plan, shown, shown_migration

    saved = read_plan(file)
    if not saved.parts:
        show(shown(saved, file), sys.stdout, format=format)
    elif format == JSON:
        screen().out(to_json(saved.shown))
    else:
        from provisioner.cli._shared.migrate_output import show_saved

        format = fitting(format, names_for(Shape.MOVE))
        if format not in names_for(Shape.MOVE):
            known = ", ".join(names_for(Shape.MOVE))
            raise click.UsageError(
                f"A saved migration takes only the option --format, with one of: {known}."
            )
        show_saved(shown_migration(saved, file), format)
    return DONE


def _all(run_options: "RunOptions", format: str) -> str:
    from provisioner.render.document import to_json
    from provisioner.render.show import all_document, all_text
    from provisioner.render.tables import env_lines
    from provisioner.verbs.show.run import ids, show_all

    rows = show_all(run_options)
    if format == ENV:
        return env_lines(ids(rows))
    return to_json(all_document(rows)) if format == JSON else all_text(rows)


def _one(run_options: "RunOptions", address: "Address", format: str) -> str:
    from provisioner.render.document import to_json
    from provisioner.render.show import one_document, one_text
    from provisioner.render.tables import env_lines
    from provisioner.verbs._shared.lookup import absent
    from provisioner.verbs.show.run import show_one

    detail = show_one(run_options, address)
    if format == ENV:
        if not detail.shown.live:
            raise absent(detail.shown.address, detail.shown.desired)
        return env_lines({detail.shown.address: detail.shown.live.id})
    if format == JSON:
        return to_json(one_document(detail))
    return one_text(detail, screen().width)


def _code(run_options: "RunOptions", address: "Address", language: str) -> str:
    from provisioner.render.code import curl_code, python_code
    from provisioner.verbs.show.ready_code import recipe

    if language == PYTHON:
        return python_code(recipe(run_options, address, may_load=True))
    return curl_code(recipe(run_options, address))


def _releases(run_options: "RunOptions", address: "Address | None", format: str) -> str:
    from provisioner.render.document import to_json
    from provisioner.render.releases import releases_document, releases_text
    from provisioner.verbs._shared.history import history

    if address is None or format == ENV:
        raise click.UsageError("--releases needs an ADDRESS, and --format text or json.")
    entries = history(run_options, address)
    address = entries[0].address
    return (
        to_json(releases_document(address, entries)) if format == JSON else releases_text(entries)
    )


def _graph(run_options: "RunOptions", address: "Address | None") -> "Graph":
    from provisioner.verbs.show.run import show_graph

    return show_graph(run_options, address)
