"""Write code that asks a live assistant: Python with the official SDK, or a curl command.

`show --as` prints it. The code reads keys and tokens from the environment and never contains one.
"""

import keyword
import shlex
from collections.abc import Iterator, Mapping
from typing import Any

from provisioner.model.conversation import ReadyCode
from provisioner.model.frozen import frozen
from provisioner.model.value import leaves
from provisioner.render.literals import INDENT, FromEnvironment, enclosed, python, shell_json
from provisioner.render.visible import visible

QUESTION = "What can you help me with?"
"""The question that the generated code asks."""
OPENAI = "https://api.openai.com/v1"
JSON = "Content-Type: application/json"
FIRST = ("model", "instructions", "assistant_id", "agent_id")
"""Parameters that come first in the code, whatever the order of the others."""


@frozen
class Access:
    """The settings that code needs to reach a target.

    `base_url` is empty if the SDK's default is right. `key` is an environment variable, or any text
    if the server accepts every key. `headers` are read from the environment, because they may be
    secret.
    """

    key: FromEnvironment | str
    base_url: str = ""
    organization: str = ""
    project: str = ""
    api_version: str = ""
    headers: Mapping[str, FromEnvironment] | None = None


@frozen
class Recipe:
    """Everything that code needs to ask one assistant.

    `code` is the template of the assistant's runtime. `params` are the parameters
    of the runtime's call without the question; None if they must not be printed, so that the code
    has to load them. `about` are lines of comment at the top. `load` is the Python call with which
    an application loads the assistant, and `loads` the name of the method of the loaded assistant
    that returns its parameters. `beside` are parameters that the SDK takes only in `extra_body`.
    """

    code: ReadyCode
    name: str
    params: Mapping[str, Any] | None
    access: Access
    about: tuple[str, ...]
    load: str
    loads: str
    beside: frozenset[str] = frozenset()


def python_code(recipe: Recipe) -> str:
    """Return a program that asks one question and prints the answer."""
    # `str.format` would read other braces of the program as fields.
    body = recipe.code.program.replace("{call}", _call(recipe))
    client = "client = " + enclosed("OpenAI(", _client(recipe.access), ")", 0, len("client = "))
    loading = "" if recipe.params is not None else f"{variable(recipe.name)} = {recipe.load}\n"
    head = "".join([*_comments(recipe), *_imports(recipe)])
    return f"{head}\n{client}\n{loading}question = {python(QUESTION)}\n\n{body}\n"


def curl_code(recipe: Recipe) -> str:
    """Return one curl command that asks the question.

    If an answer would take several requests, it is streamed. The recipe has to have parameters.
    """
    access = recipe.access
    request = recipe.code.request(recipe.params or {}, QUESTION)
    # Without `-N`, curl would hold an answer back that comes in pieces.
    lines = [f"curl -sS {'-N ' if request.body.get('stream') else ''}{_url(access, request.path)}"]
    headers = map(shlex.quote, (JSON, *request.headers))
    lines += [f"-H {header}" for header in (*_headers(access), *headers)]
    lines.append(f"-d {shell_json(request.body)}")
    return "".join([*_comments(recipe), " \\\n  ".join(lines), "\n"])


def _comments(recipe: Recipe) -> Iterator[str]:
    """Yield the lines of comment at the top of the code."""
    lines = list(recipe.about)
    if recipe.params is not None:
        lines += [
            "In an application, so that it is never out of date:",
            f"    {variable(recipe.name)} = {recipe.load}",
            f"    {recipe.code.in_application.replace('{}', _loaded(recipe))}",
        ]
    return (f"# {visible(line)}\n" for line in lines)


def _loaded(recipe: Recipe) -> str:
    """Return the argument of a call that passes loaded parameters, such as `**helper.params()`."""
    return f"**{variable(recipe.name)}.{recipe.loads}()"


def _imports(recipe: Recipe) -> list[str]:
    """Return the import lines that the code needs."""
    access = recipe.access
    values = [recipe.params, access.key, access.headers]
    needed = {*recipe.code.imports, *(["os"] if leaves(values, FromEnvironment) else [])}
    own = [f"import {name}\n" for name in sorted(needed)]
    others = ["from openai import OpenAI\n"]
    if recipe.params is None:
        others.insert(0, "import provisioner\n")
    return [*own, *(["\n"] if own else []), *others]


def variable(name: str) -> str:
    """Return a name as the name of a Python variable."""
    spelled = "".join(c if c.isascii() and c.isalnum() else "_" for c in name)
    return f"_{spelled}" if spelled[:1].isdecimal() or keyword.iskeyword(spelled) else spelled


def _client(access: Access) -> list[tuple[str, Any]]:
    """Return the arguments of the SDK's client."""
    given = {
        "api_key": access.key,
        "base_url": access.base_url,
        "organization": access.organization,
        "project": access.project,
        "default_query": {"api-version": access.api_version} if access.api_version else None,
        "default_headers": access.headers,
    }
    return [(f"{name}=", value) for name, value in given.items() if value]


def _call(recipe: Recipe) -> str:
    """Return the call, with one argument on each line and the question as the last one."""
    params = dict(sorted((recipe.params or {}).items(), key=_first_things_first))
    # The SDK has no keyword for these parameters, so they go into `extra_body`.
    plain = {
        name: value
        for name, value in params.items()
        if name.isidentifier() and not keyword.iskeyword(name) and name not in recipe.beside
    }
    beside = {k: v for k, v in params.items() if k not in plain}
    named = [*plain.items(), *([("extra_body", beside)] if beside else [])]
    lines = [f"{name}={python(value, 1, len(name) + 1)}" for name, value in named]
    if recipe.params is None:
        lines.append(_loaded(recipe))
    given = (f"{INDENT}{line},\n" for line in (*lines, recipe.code.given))
    return "".join([f"{recipe.code.method}(\n", *given, ")"])


def _first_things_first(item: tuple[str, Any]) -> int:
    """Return the sort key of a parameter: those in FIRST come first, others keep their order."""
    return FIRST.index(item[0]) if item[0] in FIRST else len(FIRST)


def _url(access: Access, path: str) -> str:
    """Return the URL as a shell word. Without a `base_url`, the shell fills in the SDK's variable."""
    query = f"?api-version={access.api_version}" if access.api_version else ""
    if access.base_url:
        return shlex.quote(f"{access.base_url.rstrip('/')}/{path}{query}")
    # Double quotes here and in the header: the shell has to fill in the variable.
    return f'"${{OPENAI_BASE_URL:-{OPENAI}}}/{path}"'


def _headers(access: Access) -> Iterator[str]:
    """Yield the headers of a request to the target, each quoted as one shell word."""
    if isinstance(access.key, FromEnvironment):
        yield f'"Authorization: Bearer ${access.key.variable}"'
    else:
        yield shlex.quote(f"Authorization: Bearer {access.key}")
    if access.organization:
        yield shlex.quote(f"OpenAI-Organization: {access.organization}")
    if access.project:
        yield shlex.quote(f"OpenAI-Project: {access.project}")
    for name, value in (access.headers or {}).items():
        yield f'{shlex.quote(f"{name}: ")}"${value.variable}"'
