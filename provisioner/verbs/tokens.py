"""Tokens that a release takes from the environment: it holds `${env:NAME}`, never a value.

Applications load releases, so that this file imports next to nothing.
"""

import re
from collections.abc import Mapping
from typing import Any

from provisioner.model.codes import commands as codes
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.errors import ProvisionerError

_ENV = re.compile(r"\$\{env:([A-Za-z_][A-Za-z0-9_]*)\}")


def variable_of(value: Any) -> str:
    """The variable that a value is taken from; '' where it is a value."""
    named = _ENV.fullmatch(value) if isinstance(value, str) else None
    return named[1] if named else ""


def ready(params: Mapping[str, Any], environ: Mapping[str, str]) -> dict[str, Any]:
    """A release's parameters, ready to be sent: tokens of MCP servers filled in.

    Raises ProvisionerError where a variable is not set.
    """
    tools = [_authorized(tool, environ) for tool in params.get("tools") or ()]
    return {**params, **({"tools": tools} if tools else {})}


def _authorized(tool: Mapping[str, Any], environ: Mapping[str, str]) -> Mapping[str, Any]:
    variable = variable_of(tool.get("authorization"))
    if not variable:
        return tool
    if variable not in environ:
        detail = (
            f"The tool {tool.get('server_label')} takes its `authorization` from {variable}, which "
            "is not set. Set it where the assistant is asked or run."
        )
        raise ProvisionerError(Diagnostic(codes.TOKEN_MISSING, detail))
    return {**tool, "authorization": environ[variable]}
