"""A live assistant -> code that asks it: Python with the official SDK, or curl. Pure.

Keys and tokens are taken from the environment by the code; none is ever printed.
"""

import keyword
import shlex
from collections.abc import Iterator, Mapping
from typing import Any

from provisioner.model.frozen import frozen
from provisioner.model.value import leaves
from provisioner.render.literals import INDENT, FromEnvironment, enclosed, python, shell_json
from provisioner.render.visible import visible

QUESTION = "What can you help me with?"
OPENAI = "https://api.openai.com/v1"
FIRST = ("model", "instructions", "assistant_id", "agent_id")
"""Parameters that stand first, in whichever order the others come."""
ASSISTANTS, RESPONSES, AGENTS = "assistants", "responses", "agents"


@frozen
class Access:
    """How a target is reached. `base_url` is '' where the SDK's own default holds.

    `key` is what signs requests: a variable, or a text where any will do. `headers` come from the
    environment, for they may be secret.
    """

    key: FromEnvironment | str
    base_url: str = ""
    organization: str = ""
    project: str = ""
    api_version: str = ""
    headers: Mapping[str, FromEnvironment] | None = None


@frozen
class Recipe:
    """What code needs to ask one assistant.

    `params` are those of its runtime's call, without the question; None: they may not be printed,
    and code has to load them. `about` are lines of comment on top; `load` is the call that gives
    the parameters, never out of date.
    """

    runtime: str
    name: str
    params: Mapping[str, Any] | None
    access: Access
    about: tuple[str, ...]
    load: str


def python_code(recipe: Recipe) -> str:
    """A program that asks one question and prints the answer."""
    body = {ASSISTANTS: _run, RESPONSES: _response, AGENTS: _session}[recipe.runtime](recipe)
    client = "client = " + enclosed("OpenAI(", _client(recipe.access), ")", 0, len("client = "))
    loading = "" if recipe.params is not None else f"{variable(recipe.name)} = {recipe.load}\n"
    head = "".join([*_comments(recipe), *_imports(recipe)])
    return f"{head}\n{client}\n{loading}question = {python(QUESTION)}\n\n{body}\n"


def curl_code(recipe: Recipe) -> str:
    """The same in one command. Where an answer takes several requests, it is streamed.

    The recipe has to have its parameters.
    """
    access = recipe.access
    path, headers, body = _request(recipe)
    lines = [f"curl -sS {'-N ' if body.get('stream') else ''}{_url(access, path)}"]
    lines += [f"-H {header}" for header in (*_headers(access), *map(shlex.quote, headers))]
    lines.append(f"-d {shell_json(body)}")
    return "".join([*_comments(recipe), " \\\n  ".join(lines), "\n"])


def _comments(recipe: Recipe) -> Iterator[str]:
    lines = list(recipe.about)
    if recipe.params is not None:
        call = {
            ASSISTANTS: "client.beta.threads.runs.create(thread_id=thread.id, {})",
            RESPONSES: "client.responses.create({}, input=question)",
            AGENTS: "client.beta.agents.sessions.create({}, input=question)",
        }[recipe.runtime]
        lines += [
            "In an application, never out of date:",
            f"    {variable(recipe.name)} = {recipe.load}",
            f"    {call.format(_loaded(recipe))}",
        ]
    return (f"# {visible(line)}\n" for line in lines)


def _loaded(recipe: Recipe) -> str:
    method = {ASSISTANTS: "run_params", RESPONSES: "params", AGENTS: "session_params"}
    return f"**{variable(recipe.name)}.{method[recipe.runtime]}()"


def _imports(recipe: Recipe) -> list[str]:
    access = recipe.access
    values = [recipe.params, access.key, access.headers]
    needed = {"os": bool(leaves(values, FromEnvironment)), "time": recipe.runtime == AGENTS}
    own = [f"import {name}\n" for name, is_needed in needed.items() if is_needed]
    others = ["from openai import OpenAI\n"]
    if recipe.params is None:
        others.insert(0, "import provisioner\n")
    return [*own, *(["\n"] if own else []), *others]


def variable(name: str) -> str:
    """A name as a Python variable."""
    spelled = "".join(c if c.isascii() and c.isalnum() else "_" for c in name)
    return f"_{spelled}" if spelled[:1].isdecimal() or keyword.iskeyword(spelled) else spelled


def _client(access: Access) -> list[tuple[str, Any]]:
    given = {
        "api_key": access.key,
        "base_url": access.base_url,
        "organization": access.organization,
        "project": access.project,
        "default_query": {"api-version": access.api_version} if access.api_version else None,
        "default_headers": access.headers,
    }
    return [(f"{name}=", value) for name, value in given.items() if value]


def _call(method: str, recipe: Recipe, given: str) -> str:
    """A call with an argument a line, the `given` one last."""
    params = dict(sorted((recipe.params or {}).items(), key=_first_things_first))
    # What the SDK could not take as a keyword goes beside them.
    plain = {k: v for k, v in params.items() if k.isidentifier() and not keyword.iskeyword(k)}
    beside = {k: v for k, v in params.items() if k not in plain}
    named = [*plain.items(), *([("extra_body", beside)] if beside else [])]
    lines = [f"{name}={python(value, 1, len(name) + 1)}" for name, value in named]
    if recipe.params is None:
        lines.append(_loaded(recipe))
    return "".join([f"{method}(\n", *(f"{INDENT}{line},\n" for line in (*lines, given)), ")"])


def _first_things_first(item: tuple[str, Any]) -> int:
    return FIRST.index(item[0]) if item[0] in FIRST else len(FIRST)


def _response(recipe: Recipe) -> str:
    call = _call("client.responses.create", recipe, "input=question")
    return f"response = {call}\nprint(response.output_text)"


def _run(recipe: Recipe) -> str:
    call = _call("client.beta.threads.runs.create_and_poll", recipe, "thread_id=thread.id")
    return f"""\
thread = client.beta.threads.create()
client.beta.threads.messages.create(thread.id, role="user", content=question)
run = {call}
# Where run.status is "requires_action", run.required_action names the functions to call.
for message in client.beta.threads.messages.list(thread.id, order="asc", run_id=run.id):
    for part in message.content:
        if part.type == "text":
            print(part.text.value)
client.beta.threads.delete(thread.id)"""


def _session(recipe: Recipe) -> str:
    call = _call("client.beta.agents.sessions.create", recipe, "input=question")
    return f"""\
session = {call}
while session.status == "in_progress":
    time.sleep(0.5)
    session = client.beta.agents.sessions.retrieve(session.id)
# Where session.status is "requires_action", session.required_actions names the functions to call.
for item in client.beta.agents.sessions.items.list(session.id, order="asc"):
    if item.type == "message" and item.role == "assistant":
        print(item.output_text)"""


def _request(recipe: Recipe) -> tuple[str, tuple[str, ...], dict[str, Any]]:
    """Path, headers and body of the one request that asks."""
    json, params = "Content-Type: application/json", recipe.params or {}
    if recipe.runtime == RESPONSES:
        return "responses", (json,), {**params, "input": QUESTION}
    if recipe.runtime == AGENTS:
        body = {**params, "input": QUESTION, "stream": True}
        return "agents/sessions", (json, "OpenAI-Beta: agents=v1"), body
    thread = {"messages": [{"role": "user", "content": QUESTION}]}
    body = {**params, "thread": thread, "stream": True}
    return "threads/runs", (json, "OpenAI-Beta: assistants=v2"), body


def _url(access: Access, path: str) -> str:
    query = f"?api-version={access.api_version}" if access.api_version else ""
    if access.base_url:
        return shlex.quote(f"{access.base_url.rstrip('/')}/{path}{query}")
    return f'"${{OPENAI_BASE_URL:-{OPENAI}}}/{path}"'


def _headers(access: Access) -> Iterator[str]:
    """Headers of the target, each a word of a shell."""
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
