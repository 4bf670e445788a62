"""show --as: what ready code for one live assistant is made of, on the target where it lives.

Of the Stack come names alone: of variables that hold keys, never what they hold.
"""

from collections.abc import Iterator, Mapping
from os.path import normpath
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from provisioner.model.address import Address
from provisioner.model.codes import commands as codes
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.errors import ProvisionerError
from provisioner.model.hints import command_line
from provisioner.model.mark import Mark, tracked_key
from provisioner.model.provider import Row
from provisioner.model.stack import Target
from provisioner.render.code import Access, Recipe, variable
from provisioner.render.literals import FromEnvironment, python
from provisioner.verbs._shared.lookup import find_row, open_live
from provisioner.verbs._shared.session import RunOptions, Session
from provisioner.verbs.live import check_is_assistant, live_assistant
from provisioner.verbs.load import AGENTS, KIND, RESPONSES
from provisioner.verbs.tokens import variable_of

EMBEDDED, FOUNDRY = "embedded", "foundry"
EMBEDDED_URL = "http://127.0.0.1:8765/v1"
"""Where `provisioner serve` listens if it is not told otherwise."""
ENTRA = "AZURE_AI_TOKEN"
ENTRA_HOW = f"{ENTRA}: az account get-access-token --scope https://ai.azure.com/.default"
ABOUT_RELEASE = frozenset({"name", "description"})


def recipe(options: RunOptions, address: Address, *, may_load: bool = False) -> Recipe:
    """What code is made of. Raises ProvisionerError where it is no assistant, or was not applied.

    Sensitive values are never printed. With `may_load` the code loads the parameters then; without
    it raises ProvisionerError.
    """
    check_is_assistant(address)
    with open_live(options) as session:
        row = find_row(session, address)
        hidden = _is_hidden(session, session.runtime.bindings[address.kind].mark_of(row))
        if hidden and not may_load:
            raise ProvisionerError(_unprintable(address))
        target = session.stack.target
        return Recipe(
            runtime=session.runtime.name,
            name=address.name,
            params=None if hidden else _params(session, address, row),
            access=access_to(target),
            about=tuple(_about(session, address, row)),
            load=_load(session, address),
        )


def _params(session: Session, address: Address, row: Row) -> Mapping[str, Any]:
    if session.runtime.name == RESPONSES:
        params = dict(row.get("params") or {})
        if params.get("tools"):
            params["tools"] = [_with_variable(tool) for tool in params["tools"]]
        return params
    assistant = live_assistant(session, address, row)
    is_agent = session.runtime.name == AGENTS
    return assistant.session_params() if is_agent else assistant.run_params()


def _is_hidden(session: Session, mark: Mark | None) -> bool:
    """Whether a sensitive value went into what code would print: a release, or run settings."""
    applied = mark.applied if mark else {}
    hidden = {key for key, tracked in applied.items() if tracked.sensitive}
    if session.runtime.name == RESPONSES:
        return bool(hidden - {tracked_key(tracked) for tracked in ABOUT_RELEASE})
    return bool(
        hidden & {tracked_key(tracked) for tracked in session.runtime.bindings[KIND].fields.per_run}
    )


def _unprintable(address: Address) -> Diagnostic:
    return Diagnostic(
        codes.UNPRINTABLE_CODE,
        "A sensitive variable went into it, and a literal would show its value. --as python gives "
        "code that loads it.",
        subject=str(address),
    )


def _with_variable(tool: Mapping[str, Any]) -> Mapping[str, Any]:
    name = variable_of(tool.get("authorization"))
    return {**tool, "authorization": FromEnvironment(name)} if name else tool


def access_to(target: Target) -> Access:
    """How code reaches a target: names of variables in place of all that may be secret."""
    if target.server == EMBEDDED:
        return Access("any", EMBEDDED_URL)
    own = FromEnvironment(target.api_key_env or "OPENAI_API_KEY")
    return Access(
        FromEnvironment(ENTRA) if target.server == FOUNDRY else own,
        _plain(target.base_url),
        organization=target.organization,
        project=target.project,
        api_version=(target.api_version or "v1") if target.server == FOUNDRY else "",
        headers={name: FromEnvironment(_header_variable(name)) for name in target.headers},
    )


def _header_variable(header: str) -> str:
    return variable(header).upper()


def _plain(url: str) -> str:
    """An address without what may be a secret: user, password, query."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def _about(session: Session, address: Address, row: Row) -> Iterator[str]:
    target = session.stack.target
    what = f"release {row['number']}" if session.runtime.name == RESPONSES else str(row["id"])
    yield f"{address} on target {target.name} ({target.runtime}): {what}"
    if target.server == EMBEDDED:
        data = ("--data", normpath(session.stack.root / target.data)) if target.data else ()
        yield f"The embedded server has to run: {command_line('serve', *data)}"
    if target.server == FOUNDRY:
        yield ENTRA_HOW
    if target.workload_identity:
        yield "The target is entered with a workload identity; this code takes a key."
    if target.headers:
        yield f"The target's own headers come from: {', '.join(map(_header_variable, target.headers))}"
    if _plain(target.base_url) != target.base_url:
        yield "The address holds credentials or a query, which are left out here."


def _load(session: Session, address: Address) -> str:
    """The call of provisioner.load that finds this assistant."""
    stack, options = session.stack, session.options
    given: dict[str, Any] = {}
    if session.runtime.name == RESPONSES:
        from provisioner.providers import releases_at

        given = {"releases": _where(releases_at(stack.target, stack.root))}
        given["owner"] = str(stack.owner)
    else:
        manifests = "" if options.path == Path("manifests") else options.path.as_posix()
        given = {
            "manifests": manifests,
            "environment": options.environment,
            "target": options.target,
        }
    arguments = [python(address.name)]
    arguments += [f"{name}={python(value)}" for name, value in given.items() if value]
    return f"provisioner.load({', '.join(arguments)})"


def _where(location: str) -> str:
    """A registry as it may be printed; a folder as one would type it here."""
    if "://" in location:
        return _plain(location)
    path = Path(location).resolve()
    return path.relative_to(Path.cwd()).as_posix() if path.is_relative_to(Path.cwd()) else str(path)
