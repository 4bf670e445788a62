"""Collect the values that ready code for a live assistant needs: `show --as`.

The code names variables that have keys, and never contains a key.
"""

from collections.abc import Iterator
from os.path import normpath
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from provisioner.model.address import Address
from provisioner.model.codes import commands as codes
from provisioner.model.conversation import Conversation
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.errors import ProvisionerError
from provisioner.model.hints import command_line
from provisioner.model.provider import Row
from provisioner.model.stack import Target
from provisioner.render.code import Access, Recipe, variable
from provisioner.render.literals import FromEnvironment, python
from provisioner.verbs._shared.applied import (
    applied_assistant,
    check_is_assistant,
    conversation_of,
    refused,
)
from provisioner.verbs._shared.lookup import find_row, open_live, whole_address
from provisioner.verbs._shared.session import RunOptions, Session

EMBEDDED, FOUNDRY = "embedded", "foundry"
EMBEDDED_URL = "http://127.0.0.1:8765/v1"
"""The base URL of `provisioner serve` with its default options."""
ENTRA = "AZURE_AI_TOKEN"
ENTRA_HOW = f"{ENTRA}: az account get-access-token --scope https://ai.azure.com/.default"
WRITTEN = "written as ready code"


def recipe(options: RunOptions, address: Address, *, may_load: bool = False) -> Recipe:
    """Return everything that the code for an assistant needs.

    Raises ProvisionerError if the runtime has no ready code, if the address is not an assistant's,
    or if the assistant has not been applied. Sensitive values are never printed: with `may_load`,
    the code then loads the parameters; else ProvisionerError is raised.
    """
    with open_live(options) as session:
        conversation = conversation_of(session.runtime, WRITTEN)
        if conversation.code is None:
            raise refused(session.runtime, WRITTEN)
        address = whole_address(session, address)
        check_is_assistant(address)
        row = find_row(session, address)
        hidden = _is_hidden(session, address, row, conversation)
        if hidden and not may_load:
            raise ProvisionerError(_unprintable(address))
        assistant = applied_assistant(session, address, row, _variable)
        return Recipe(
            code=conversation.code,
            name=address.name,
            params=None if hidden else conversation.parameters(assistant),
            access=access_to(session.stack.target),
            about=tuple(_about(session, address, conversation.described(row))),
            load=_load(session, address),
            loads=conversation.loads,
            beside=conversation.beside,
        )


def _variable(_label: str, variable: str) -> FromEnvironment:
    """Return the environment variable that has a token."""
    return FromEnvironment(variable)


def _is_hidden(session: Session, address: Address, row: Row, conversation: Conversation) -> bool:
    """Return true if a sensitive value would be part of the printed code."""
    mark = session.runtime.bindings[address.kind].mark_of(row)
    applied = mark.applied if mark else {}
    return conversation.prints(frozenset(k for k, tracked in applied.items() if tracked.sensitive))


def _unprintable(address: Address) -> Diagnostic:
    """Return the error for code that would show a sensitive value."""
    return Diagnostic(
        codes.UNPRINTABLE_CODE,
        "The code would show the value of a sensitive variable, which the assistant contains. "
        "--as python prints code that loads the assistant and does not contain the value.",
        subject=str(address),
    )


def access_to(target: Target) -> Access:
    """Return the settings with which code reaches a target.

    Secrets are replaced by environment variables.
    """
    # The embedded server takes any key, but the SDK refuses to send requests without one.
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
    """Return the name of the environment variable in which code finds the value of a header."""
    return variable(header).upper()


def _plain(url: str) -> str:
    """Return a URL without the parts that may be secret: user, password and query."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def _about(session: Session, address: Address, described: str) -> Iterator[str]:
    """Yield the lines of comment about the assistant and its target."""
    target = session.stack.target
    yield f"{address} on target {target.name} ({target.runtime}): {described}"
    if target.server == EMBEDDED:
        data = ("--data", normpath(session.stack.root / target.data)) if target.data else ()
        yield f"The embedded server has to run: {command_line('serve', *data)}"
    if target.server == FOUNDRY:
        yield ENTRA_HOW
    if target.workload_identity:
        yield "The target uses a workload identity. This code needs a key in its place."
    if target.headers:
        yield (
            "The target's own headers come from:"
            f" {', '.join(map(_header_variable, target.headers))}"
        )
    if _plain(target.base_url) != target.base_url:
        yield "The URL of the target has credentials or a query, which are left out here."


def _load(session: Session, address: Address) -> str:
    """Return the call of `provisioner.load` that finds this assistant."""
    stack, options = session.stack, session.options
    given: dict[str, Any] = {}
    if session.runtime.publishes:
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
    """Return the location of a registry without secrets; a folder relative to the current one."""
    if "://" in location:
        return _plain(location)
    path = Path(location).resolve()
    return path.relative_to(Path.cwd()).as_posix() if path.is_relative_to(Path.cwd()) else str(path)
