"""Put sections together into a page with a heading, facts, and a link to each section."""

import base64
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from provisioner.model.address import Address
from provisioner.model.diagnostic import Diagnostic, Severity
from provisioner.model.plan import NOT_KNOWN, UNSET, Plan, Undeclared
from provisioner.render.diagnostics import diagnostics_text
from provisioner.render.html.markup import Markup, code, joined, section, table, tag
from provisioner.render.html.style import STYLE
from provisioner.render.undeclared import SINCE
from provisioner.render.values import Values

Sections = Mapping[str, tuple[str, Sequence[Markup]]]
"""The sections of a page, by their ids: the title of each, and its content."""

_DIGEST: Final = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
# The digest admits this style sheet alone: `unsafe-inline` would admit those of others too.
_POLICY: Final = (
    f"default-src 'none'; style-src 'sha256-{_DIGEST}'; base-uri 'none'; form-action 'none'"
)
"""The policy allows the page's own style sheet, by its digest, and nothing else."""


def page(title: str, facts: Markup, sections: Sections) -> str:
    """Return a whole HTML document. Sections without content are left out."""
    # An empty section would still have a link, and a reader would look for its content.
    shown = {id: one for id, one in sections.items() if any(one[1])}
    links = [tag("li", tag("a", name, href=f"#{id}")) for id, (name, _) in shown.items()]
    head = [
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        tag("title", title),
        tag("style", Markup(STYLE)),
    ]
    body = [
        tag("a", "Skip to the content", href="#main", class_="skip"),
        tag("header", tag("h1", title), facts),
        tag("nav", tag("ul", *links), aria_label="Sections") if links else Markup(""),
        tag("main", *(section(id, *_flat(one)) for id, one in shown.items()), id="main"),
    ]
    parts = [tag("head", *head), tag("body", *body)]
    return f"<!doctype html>\n{tag('html', *parts, lang='en')}\n"


def _flat(one: tuple[str, Sequence[Markup]]) -> list[str]:
    """Return the title and the content of a section in one list."""
    return [one[0], *one[1]]


def facts_of(plan: Plan) -> Markup:
    """Return the owner of a plan, its target, and its digest."""
    return facts(
        {
            "Stack": plan.stack,
            "Environment": plan.environment,
            "Target": plan.target,
            "Host": plan.host,
            "Project": plan.project,
            "Digest": plan.digest,
        }
    )


def facts(named: Mapping[str, str]) -> Markup:
    """Return a list of names and their values. Those without a value are left out."""
    rows = [
        tag("div", tag("dt", name), tag("dd", code(value)))
        for name, value in named.items()
        if value
    ]
    return tag("dl", *rows, class_="facts") if rows else Markup("")


def told(diagnostics: Iterable[Diagnostic]) -> list[Markup]:
    """Return each diagnostic in a block of its own, which is styled by its severity."""
    return [
        tag(
            "div",
            joined(diagnostics_text([one]).split("\n"), Markup("\n")),
            class_="stop" if one.severity is Severity.ERROR else "warn",
        )
        for one in diagnostics
    ]


def lines(*texts: str) -> list[Markup]:
    """Return a paragraph for each line of the texts. Empty texts are left out."""
    return [tag("p", line) for one in texts if one for line in one.split("\n")]


def undeclared(values: Sequence[Undeclared], anchors: Mapping[Address, str]) -> list[Markup]:
    """Return a table of the values that no manifest sets; an empty list if there are none."""
    rows = [
        (
            linked(value.address, anchors),
            code(value.path),
            "" if value.was is NOT_KNOWN or value.was is UNSET else code(Values().whole(value.was)),
            code(Values().whole(value.live)),
            SINCE[value.since],
        )
        for value in values
    ]
    headers = ("Resource", "Field", "Baseline", "Live", "Since")
    return [table(headers, rows, "Values that no manifest sets")] if rows else []


def linked(address: Address, anchors: Mapping[Address, str]) -> Markup:
    """Return an address, with a link to its change if the page has one."""
    shown = code(address)
    return tag("a", shown, href=f"#{anchors[address]}") if address in anchors else shown
