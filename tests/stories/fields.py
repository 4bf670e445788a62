"""Every field of every kind: how a manifest changes it, how the wire does, and what a plan says.

`test_fields.py` drives each row through the real path, and fails when a schema has a property that
no row covers.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from tests.support.stories import STACK, manifest

if TYPE_CHECKING:
    import openai

    from tests.support.stories import World

Json = dict[str, Any]
Keys: TypeAlias = tuple[str | int, ...]
Live: TypeAlias = "Callable[[openai.OpenAI, World], None]"

PARAMETERS: Final[Json] = {
    "type": "object",
    "properties": {"id": {"type": "string"}},
    "required": ["id"],
    "additionalProperties": False,
}
SCHEMA: Final[Json] = {
    "type": "object",
    "properties": {"answer": {"type": "string"}},
    "required": ["answer"],
    "additionalProperties": False,
}
SHAPE: Final[Json] = {
    "type": "json_schema",
    "json_schema": {
        "name": "answer",
        "description": "An answer.",
        "schema": SCHEMA,
        "strict": False,
    },
}

ASSISTANT: Final = manifest(
    "Assistant",
    "full",
    model="gpt-6.1-terra",
    name="Full",
    description="Has everything.",
    instructions="Be brief.\nBe kind.\n",
    temperature=0.2,
    top_p=0.9,
    reasoning_effort="low",
    tools=[
        {
            "type": "file_search",
            "vector_store": "library",
            "max_num_results": 8,
            "ranking_options": {"ranker": "auto", "score_threshold": 0.3},
        },
        {"type": "code_interpreter", "files": ["rates"]},
        {
            "type": "function",
            "function": {
                "name": "quote",
                "description": "Quote a price.",
                "parameters": PARAMETERS,
                "strict": False,
            },
        },
        {"type": "function", "ref": "lookup", "strict": False},
    ],
    tool_choice={"type": "function", "function": {"name": "quote"}},
    parallel_tool_calls=False,
    truncation_strategy={"type": "last_messages", "last_messages": 10},
    max_prompt_tokens=20000,
    max_completion_tokens=1500,
    response_format=SHAPE,
    metadata={"owner": "people-ops", "team": "hr"},
    lifecycle={"prevent_destroy": False},
)
STORE: Final = manifest(
    "VectorStore",
    "library",
    name="Library",
    description="What we know.",
    files=[
        {"path": "docs/a.md", "attributes": {"audience": "staff", "level": 1}},
        {"path": "docs/b.md"},
        {"file": "handbook"},
    ],
    chunking_strategy={
        "type": "static",
        "static": {"max_chunk_size_tokens": 800, "chunk_overlap_tokens": 200},
    },
    expires_after={"anchor": "last_active_at", "days": 30},
    metadata={"owner": "people-ops", "team": "hr"},
    lifecycle={"prevent_destroy": False},
)
DOCUMENTS: Final = (
    ASSISTANT,
    STORE,
    manifest("VectorStore", "annex", files=["docs/c.md"]),
    manifest("Function", "lookup", description="Look it up.", parameters=PARAMETERS, strict=False),
    manifest("Function", "spare", description="Another."),
    manifest("File", "rates", path="docs/rates.csv"),
    manifest("File", "more", path="docs/more.csv"),
    manifest("File", "handbook", path="docs/handbook.md"),
)
FILES: Final = {
    "docs/a.md": "All about A.\n",
    "docs/b.md": "All about B.\n",
    "docs/c.md": "All about C.\n",
    "docs/handbook.md": "The handbook.\n",
    "docs/other.md": "Another handbook.\n",
    "docs/rates.csv": "a,b\n1,2\n",
    "docs/more.csv": "a,b\n3,4\n",
    "prompts/full.md": "Be brief.\nBe kind.\n",
    "prompts/other.md": "Be brief.\nBe stern.\n",
    "formats/answer.json": json.dumps({"name": "other", "schema": SCHEMA}),
    "formats/lookup.json": json.dumps({"type": "object", "properties": {}}),
}
GONE: Final = object()
"""In place of a value: the field is taken out of the manifest."""


def assistant(**body: Any) -> Live:
    """Change an assistant as the SDK does."""

    def edit(client: openai.OpenAI, world: World) -> None:
        client.beta.assistants.update(world.ids()["assistants/Full"], **body)

    return edit


def store(**body: Any) -> Live:
    def edit(client: openai.OpenAI, world: World) -> None:
        client.vector_stores.update(world.ids()["vector_stores/Library"], **body)

    return edit


def metadata(collection: str, **changes: str | None) -> Live:
    """Set single keys of metadata; None takes one away. The rest, our mark too, is sent along."""
    name = "Full" if collection == "assistants" else "Library"

    def edit(client: openai.OpenAI, world: World) -> None:
        row = next(row for row in world.rows(collection) if row["name"] == name)
        wanted = {k: v for k, v in {**row["metadata"], **changes}.items() if v is not None}
        change = assistant if collection == "assistants" else store
        change(metadata=wanted)(client, world)

    return edit


def tool(name: str, value: Json | None) -> Live:
    """Change, add or (None) remove one tool; the others are sent along as they are."""

    def edit(client: openai.OpenAI, world: World) -> None:
        [row] = world.rows("assistants")
        tools = {t.get("function", {}).get("name", t["type"]): t for t in row["tools"]}
        changed = {**tools, name: value}
        assistant(tools=[t for t in changed.values() if t is not None])(client, world)

    return edit


def function(**changes: Any) -> Live:
    """Change the inline function `quote`."""
    quote = ASSISTANT["spec"]["tools"][2]["function"]
    changed = {key: value for key, value in {**quote, **changes}.items() if value is not GONE}
    return tool("quote", {"type": "function", "function": changed})


def resources(**changes: Json) -> Live:
    """Attach something else to one tool; the others' resources are sent along."""

    def edit(client: openai.OpenAI, world: World) -> None:
        [row] = world.rows("assistants")
        assistant(tool_resources={**row["tool_resources"], **changes})(client, world)

    return edit


def search(**options: Any) -> Live:
    return tool("file_search", {"type": "file_search", "file_search": options})


def shape(**changes: Any) -> Live:
    """Change the answer's JSON Schema."""
    inner = {**SHAPE["json_schema"], **changes}
    return assistant(response_format={"type": "json_schema", "json_schema": inner})


def settings(**changes: Any) -> Live:
    """Change a run-level field where it lives: in the mark."""

    def edit(client: openai.OpenAI, world: World) -> None:
        [row] = world.rows("assistants")
        recorded = json.loads(row["metadata"]["provisioner.settings"])
        recorded["run"] |= changes
        key = {"provisioner.settings": json.dumps(recorded)}
        metadata("assistants", **key)(client, world)

    return edit


def detach(path: str) -> Live:
    def edit(client: openai.OpenAI, world: World) -> None:
        file, where = _document(world, path)
        client.vector_stores.files.delete(file, vector_store_id=where)

    return edit


def attributes(path: str, **changes: Any) -> Live:
    def edit(client: openai.OpenAI, world: World) -> None:
        file, where = _document(world, path)
        row = next(row for row in world.rows("vector_stores", where) if row["id"] == file)
        merged = {**row["attributes"], **changes}
        client.vector_stores.files.update(file, vector_store_id=where, attributes=merged)

    return edit


def _document(world: World, path: str) -> tuple[str, str]:
    where = world.ids()["vector_stores/Library"]
    rows = world.rows("vector_stores", where)
    return next(r["id"] for r in rows if r["attributes"]["provisioner.path"] == path), where


@dataclass(frozen=True)
class Field:
    """One row. `covers` names the schema's property; `at` leads to it from a manifest's `spec`.

    `value` takes its place, and the plan must show exactly `shown`; taken out, exactly `reset`
    (None: it is required, or has no meaning without its neighbours). `live` changes it on the wire,
    and the plan must show exactly `drift`. Where the API cannot update the field, the plan
    `replaces` the object. `also` are changes without which the manifest would not be valid.
    """

    covers: str
    at: Keys = ()
    value: Any = GONE
    shown: tuple[str, ...] = ()
    reset: tuple[str, ...] | None = None
    live: Live | None = None
    drift: tuple[str, ...] = ()
    name: str = ""
    replaces: bool = False
    also: tuple[tuple[Keys, Any], ...] = ()

    @property
    def kind(self) -> str:
        return self.covers.split(":")[0]

    @property
    def id(self) -> str:
        return f"{self.covers} {self.name}".strip().replace(" ", "-")

    def edited(self, value: Any) -> list[Json]:
        """The manifests with `value` in the field's place."""
        documents = deepcopy(list(DOCUMENTS))
        owners = {"assistant": "full", "vector_store": "library", "function": "lookup"}
        name = owners.get(self.kind, "rates")
        document = next(d for d in documents if d["metadata"]["name"] == name)
        for at, wanted in ((self.at, value), *self.also):
            put(document["spec"], at, wanted)
        return documents


def put(holder: Any, at: Keys, value: Any) -> None:
    """Set what `at` leads to; GONE takes it out."""
    *outer, last = at
    for key in outer:
        holder = holder[key]
    if value is GONE:
        del holder[last]
    elif isinstance(holder, list) and last == len(holder):
        holder.append(value)
    else:
        holder[last] = value


def _plain(name: str, value: Any, live: Any = None, *, optional: bool = True) -> Field:
    """A top-level field of an assistant: one path, whatever happens to it."""
    return Field(
        f"assistant:{name}",
        (name,),
        value,
        (name,),
        (name,) if optional else None,
        assistant(**{name: live}) if live is not None else None,
        (name,),
    )


def _per_run(name: str, value: Any, live: Any) -> Field:
    return Field(
        f"assistant:{name}", (name,), value, (name,), (name,), settings(**{name: live}), (name,)
    )


SEARCH, CODE, QUOTE, LOOKUP = (("tools", index) for index in range(4))
JSON_SCHEMA: Final = ("response_format", "json_schema")
STATIC: Final = ("chunking_strategy", "static")
REPOINTED: Final = "tools[file_search].vector_store"
OTHER_PARAMETERS: Final = {**PARAMETERS, "properties": {"id": {"type": "integer"}}}
OTHER_SCHEMA: Final = {**SCHEMA, "properties": {"answer": {"type": "integer"}}}

ASSISTANTS: Final = (
    _plain("model", "gpt-6.1-sol", "gpt-6-luna", optional=False),
    # Without a name of its own the assistant is called as its address is: a value, not a default.
    _plain("name", "Fuller", "Theirs"),
    _plain("description", "Has it all.", "Theirs."),
    _plain("instructions", "Be brief.\nBe stern.\n", "Be long.\n"),
    Field(
        "assistant:instructions.parts",
        ("instructions",),
        {"parts": [{"text": "Be long."}]},
        ("instructions",),
    ),
    Field(
        "assistant:instructions.parts[].text",
        ("instructions",),
        {"parts": [{"text": "Be long."}, {"text": "Be kind."}]},
        ("instructions",),
    ),
    Field(
        "assistant:instructions.parts[].file",
        ("instructions",),
        {"parts": [{"file": "prompts/other.md"}]},
        ("instructions",),
    ),
    Field(
        "assistant:instructions.parts[].variables",
        ("instructions",),
        {"parts": [{"file": "prompts/other.md", "variables": True}]},
        ("instructions",),
    ),
    Field(
        "assistant:instructions.file",
        ("instructions",),
        {"file": "prompts/other.md"},
        ("instructions",),
    ),
    Field(
        "assistant:instructions.file",
        ("instructions",),
        {"file": "prompts/full.md"},
        name="the same text",
    ),
    _plain("temperature", 0.5, 1.5),
    _plain("top_p", 0.5, 0.1),
    _plain("reasoning_effort", "high", "xhigh"),
    Field(
        "assistant:tools",
        ("tools", 4),
        {"type": "function", "ref": "spare"},
        ("tools[spare]",),
        live=tool("theirs", {"type": "function", "function": {"name": "theirs"}}),
        drift=("tools[theirs]",),
        name="one more",
    ),
    Field(
        "assistant:tools[].type",
        QUOTE,
        GONE,
        reset=("tools[quote]", "tool_choice"),
        live=tool("lookup", None),
        drift=("tools[lookup]",),
        name="one less",
        also=((("tool_choice",), GONE),),
    ),
    Field(
        "assistant:tools[file_search].vector_store",
        (*SEARCH, "vector_store"),
        "annex",
        (REPOINTED,),
        (REPOINTED,),
        resources(file_search={"vector_store_ids": []}),
        (REPOINTED,),
    ),
    Field(
        "assistant:tools[file_search].max_num_results",
        (*SEARCH, "max_num_results"),
        9,
        ("tools[file_search].max_num_results",),
        ("tools[file_search].max_num_results",),
        search(max_num_results=3, ranking_options={"ranker": "auto", "score_threshold": 0.3}),
        ("tools[file_search].max_num_results",),
    ),
    Field(
        "assistant:tools[file_search].ranking_options",
        (*SEARCH, "ranking_options"),
        {"score_threshold": 0.4},
        ("tools[file_search].ranking_options.score_threshold",),
        ("tools[file_search].ranking_options.score_threshold",),
    ),
    Field(
        "assistant:tools[file_search].ranking_options.score_threshold",
        (*SEARCH, "ranking_options", "score_threshold"),
        0.6,
        ("tools[file_search].ranking_options.score_threshold",),
        live=search(max_num_results=8, ranking_options={"ranker": "auto", "score_threshold": 0.9}),
        drift=("tools[file_search].ranking_options.score_threshold",),
    ),
    # `auto` is what the one ranker is called by those who do not care: the same value.
    Field(
        "assistant:tools[file_search].ranking_options.ranker",
        (*SEARCH, "ranking_options", "ranker"),
        "default_2024_08_21",
        (),
        (),
    ),
    Field(
        "assistant:tools[code_interpreter].files",
        (*CODE, "files"),
        ["rates", "more"],
        ("tools[code_interpreter].files[more]", "content"),
        ("tools[code_interpreter].files[rates]",),
        resources(code_interpreter={"file_ids": []}),
        ("tools[code_interpreter].files[rates]",),
    ),
    Field(
        "assistant:tools[function].function",
        (*QUOTE, "function"),
        {"name": "quote", "description": "Quote.", "parameters": PARAMETERS},
        ("tools[quote].description",),
    ),
    Field(
        "assistant:tools[function].function.name",
        (*QUOTE, "function", "name"),
        "price",
        ("tools[price]", "tools[quote]", "tool_choice.function.name"),
        also=((("tool_choice", "function", "name"), "price"),),
    ),
    Field(
        "assistant:tools[function].function.description",
        (*QUOTE, "function", "description"),
        "Quote it.",
        ("tools[quote].description",),
        ("tools[quote].description",),
        function(description="Theirs."),
        ("tools[quote].description",),
    ),
    Field(
        "assistant:tools[function].function.parameters",
        (*QUOTE, "function", "parameters"),
        OTHER_PARAMETERS,
        ("tools[quote].parameters.properties.id.type",),
        (
            "tools[quote].parameters.additionalProperties",
            "tools[quote].parameters.properties.id",
            "tools[quote].parameters.required",
        ),
        function(parameters=OTHER_PARAMETERS),
        ("tools[quote].parameters.properties.id.type",),
    ),
    Field(
        "assistant:tools[function].function.strict",
        (*QUOTE, "function", "strict"),
        True,
        ("tools[quote].strict",),
        (),
        function(strict=True),
        ("tools[quote].strict",),
    ),
    Field(
        "assistant:tools[function].ref",
        (*LOOKUP, "ref"),
        "spare",
        ("tools[lookup]", "tools[spare]"),
    ),
    Field(
        "assistant:tools[function].strict",
        (*LOOKUP, "strict"),
        True,
        ("tools[lookup].strict",),
        (),
    ),
    _per_run("tool_choice", "required", "none"),
    Field(
        "assistant:tool_choice.type",
        ("tool_choice",),
        {"type": "file_search"},
        ("tool_choice.function", "tool_choice.type"),
    ),
    Field(
        "assistant:tool_choice.function",
        ("tool_choice", "function"),
        {"name": "lookup"},
        ("tool_choice.function.name",),
    ),
    Field(
        "assistant:tool_choice.function.name",
        ("tool_choice", "function", "name"),
        "lookup",
        ("tool_choice.function.name",),
        live=settings(tool_choice={"type": "function", "function": {"name": "lookup"}}),
        drift=("tool_choice.function.name",),
    ),
    _per_run("parallel_tool_calls", value=True, live=True),
    Field(
        "assistant:truncation_strategy",
        ("truncation_strategy",),
        {"type": "auto"},
        ("truncation_strategy.last_messages", "truncation_strategy.type"),
        ("truncation_strategy",),
        settings(truncation_strategy={"type": "last_messages", "last_messages": 3}),
        ("truncation_strategy.last_messages",),
    ),
    Field(
        "assistant:truncation_strategy.type",
        ("truncation_strategy",),
        {"type": "auto", "last_messages": None},
        ("truncation_strategy.last_messages", "truncation_strategy.type"),
    ),
    Field(
        "assistant:truncation_strategy.last_messages",
        ("truncation_strategy", "last_messages"),
        11,
        ("truncation_strategy.last_messages",),
    ),
    _per_run("max_prompt_tokens", 30000, 256),
    _per_run("max_completion_tokens", 3000, 256),
    Field(
        "assistant:response_format",
        ("response_format",),
        "auto",
        ("response_format",),
        ("response_format",),
        assistant(response_format="auto"),
        ("response_format",),
    ),
    Field(
        "assistant:response_format.type",
        ("response_format",),
        {"type": "text"},
        ("response_format.json_schema", "response_format.type"),
        live=assistant(response_format={"type": "text"}),
        drift=("response_format.json_schema", "response_format.type"),
        name="text",
    ),
    Field(
        "assistant:response_format.type",
        ("response_format",),
        {"type": "json_object"},
        ("response_format.json_schema", "response_format.type"),
        live=assistant(response_format={"type": "json_object"}),
        drift=("response_format.json_schema", "response_format.type"),
        name="json_object",
    ),
    Field(
        "assistant:response_format.json_schema",
        JSON_SCHEMA,
        {**SHAPE["json_schema"], "schema": OTHER_SCHEMA},
        ("response_format.json_schema.schema.properties.answer.type",),
        live=shape(schema=OTHER_SCHEMA),
        drift=("response_format.json_schema.schema.properties.answer.type",),
    ),
    Field(
        "assistant:response_format.json_schema.file",
        JSON_SCHEMA,
        {"file": "formats/answer.json", "description": "An answer."},
        ("response_format.json_schema.name",),
    ),
    Field(
        "assistant:response_format.json_schema.name",
        (*JSON_SCHEMA, "name"),
        "other",
        ("response_format.json_schema.name",),
        live=shape(name="theirs"),
        drift=("response_format.json_schema.name",),
    ),
    Field(
        "assistant:response_format.json_schema.description",
        (*JSON_SCHEMA, "description"),
        "Another.",
        ("response_format.json_schema.description",),
        ("response_format.json_schema.description",),
        shape(description="Theirs."),
        ("response_format.json_schema.description",),
    ),
    Field(
        "assistant:response_format.json_schema.schema",
        (*JSON_SCHEMA, "schema"),
        OTHER_SCHEMA,
        ("response_format.json_schema.schema.properties.answer.type",),
    ),
    Field(
        "assistant:response_format.json_schema.strict",
        (*JSON_SCHEMA, "strict"),
        True,
        ("response_format.json_schema.strict",),
        (),
        shape(strict=True),
        ("response_format.json_schema.strict",),
    ),
    Field(
        "assistant:metadata",
        ("metadata", "owner"),
        "legal",
        ("metadata.owner",),
        ("metadata.owner",),
        metadata("assistants", owner="them"),
        ("metadata.owner",),
    ),
    Field(
        "assistant:metadata",
        ("metadata", "since"),
        "2026",
        ("metadata.since",),
        live=metadata("assistants", owner=None),
        drift=("metadata.owner",),
        name="one key",
    ),
    Field(
        "assistant:metadata",
        ("metadata",),
        {"owner": "people-ops"},
        ("metadata.team",),
        ("metadata.owner", "metadata.team"),
        name="all keys",
    ),
    Field(
        "assistant:lifecycle",
        ("lifecycle",),
        {"prevent_destroy": True},
        ("lifecycle.prevent_destroy",),
        (),
    ),
    Field(
        "assistant:lifecycle.prevent_destroy",
        ("lifecycle", "prevent_destroy"),
        True,
        ("lifecycle.prevent_destroy",),
        (),
    ),
    Field(
        "assistant:lifecycle.ignore_changes",
        ("lifecycle", "ignore_changes"),
        ["temperature"],
        (),
        name="alone changes nothing",
    ),
)

STORES: Final = (
    Field(
        "vector_store:name",
        ("name",),
        "Archive",
        ("name",),
        ("name",),
        store(name="Theirs"),
        ("name",),
    ),
    Field(
        "vector_store:description",
        ("description",),
        "What we knew.",
        ("description", REPOINTED),
        ("description", REPOINTED),
        replaces=True,
    ),
    Field(
        "vector_store:files",
        ("files", 3),
        "docs/other.md",
        ("files[docs/other.md]",),
        live=detach("docs/b.md"),
        drift=("files[docs/b.md]",),
        name="one more",
    ),
    Field(
        "vector_store:files",
        ("files",),
        [],
        ("files[docs/a.md]", "files[docs/b.md]", "files[docs/handbook.md]"),
        ("files[docs/a.md]", "files[docs/b.md]", "files[docs/handbook.md]"),
    ),
    Field(
        "vector_store:files[].path",
        ("files", 1),
        {"path": "docs/other.md"},
        ("files[docs/b.md]", "files[docs/other.md]"),
    ),
    Field(
        "vector_store:files[].glob",
        ("files", 1),
        {"glob": "docs/o*.md"},
        ("files[docs/b.md]", "files[docs/other.md]"),
    ),
    Field(
        "vector_store:files[].exclude",
        ("files", 1),
        {"glob": "docs/*.md", "exclude": [f"docs/{n}.md" for n in ("a", "b", "c", "handbook")]},
        ("files[docs/b.md]", "files[docs/other.md]"),
    ),
    Field(
        "vector_store:files[].file",
        ("files", 2),
        {"path": "docs/other.md"},
        ("files[docs/handbook.md]", "files[docs/other.md]"),
    ),
    Field(
        "vector_store:files[].attributes",
        ("files", 0, "attributes", "audience"),
        "public",
        ("files[docs/a.md]",),
        ("files[docs/a.md]",),
        attributes("docs/a.md", audience="them"),
        ("files[docs/a.md]",),
    ),
    Field(
        "vector_store:files[].attributes",
        ("files", 0, "attributes"),
        {"audience": "staff", "level": 1.5, "secret": True},
        ("files[docs/a.md]",),
        ("files[docs/a.md]",),
        name="all",
    ),
    Field(
        "vector_store:chunking_strategy",
        ("chunking_strategy",),
        {"type": "auto"},
        ("chunking_strategy.static.chunk_overlap_tokens", REPOINTED),
        ("chunking_strategy.static.chunk_overlap_tokens", REPOINTED),
        replaces=True,
    ),
    Field(
        "vector_store:chunking_strategy.type",
        ("chunking_strategy",),
        {"type": "auto"},
        ("chunking_strategy.static.chunk_overlap_tokens", REPOINTED),
        replaces=True,
    ),
    Field(
        "vector_store:chunking_strategy.static",
        STATIC,
        {"max_chunk_size_tokens": 400, "chunk_overlap_tokens": 200},
        ("chunking_strategy.static.max_chunk_size_tokens", REPOINTED),
        replaces=True,
    ),
    Field(
        "vector_store:chunking_strategy.static.max_chunk_size_tokens",
        (*STATIC, "max_chunk_size_tokens"),
        1000,
        ("chunking_strategy.static.max_chunk_size_tokens", REPOINTED),
        replaces=True,
    ),
    Field(
        "vector_store:chunking_strategy.static.chunk_overlap_tokens",
        (*STATIC, "chunk_overlap_tokens"),
        0,
        ("chunking_strategy.static.chunk_overlap_tokens", REPOINTED),
        replaces=True,
    ),
    Field(
        "vector_store:expires_after",
        ("expires_after",),
        {"anchor": "last_active_at", "days": 31},
        ("expires_after.days",),
        ("expires_after",),
        store(expires_after=None),
        ("expires_after",),
    ),
    Field(
        "vector_store:expires_after.anchor",
        ("expires_after", "anchor"),
        "last_active_at",
        name="has one value",
    ),
    Field(
        "vector_store:expires_after.days",
        ("expires_after", "days"),
        60,
        ("expires_after.days",),
        live=store(expires_after={"anchor": "last_active_at", "days": 1}),
        drift=("expires_after.days",),
    ),
    Field(
        "vector_store:metadata",
        ("metadata", "owner"),
        "legal",
        ("metadata.owner",),
        ("metadata.owner",),
        metadata("vector_stores", owner="them"),
        ("metadata.owner",),
    ),
    Field(
        "vector_store:metadata",
        ("metadata",),
        {"since": "2026", "owner": "people-ops"},
        ("metadata.since", "metadata.team"),
        ("metadata.owner", "metadata.team"),
        metadata("vector_stores", owner=None),
        ("metadata.owner",),
        name="all keys",
    ),
    Field(
        "vector_store:lifecycle",
        ("lifecycle",),
        {"prevent_destroy": True},
        ("lifecycle.prevent_destroy",),
        (),
    ),
    Field(
        "vector_store:lifecycle.prevent_destroy",
        ("lifecycle", "prevent_destroy"),
        True,
        ("lifecycle.prevent_destroy",),
        (),
    ),
    Field(
        "vector_store:lifecycle.ignore_changes",
        ("lifecycle", "ignore_changes"),
        ["expires_after"],
        (),
        name="alone changes nothing",
    ),
)

FUNCTIONS: Final = (
    Field(
        "function:description",
        ("description",),
        "Find it.",
        ("tools[lookup].description",),
        ("tools[lookup].description",),
        tool(
            "lookup",
            {
                "type": "function",
                "function": {"name": "lookup", "description": "Theirs.", "parameters": PARAMETERS},
            },
        ),
        ("tools[lookup].description",),
    ),
    Field(
        "function:parameters",
        ("parameters",),
        OTHER_PARAMETERS,
        ("tools[lookup].parameters.properties.id.type",),
        (
            "tools[lookup].parameters.additionalProperties",
            "tools[lookup].parameters.properties.id",
            "tools[lookup].parameters.required",
        ),
    ),
    Field(
        "function:parameters",
        ("parameters",),
        {"file": "formats/lookup.json"},
        (
            "tools[lookup].parameters.additionalProperties",
            "tools[lookup].parameters.properties.id",
            "tools[lookup].parameters.required",
        ),
        name="from a file",
    ),
    # The assistant's own `strict` wins over the Function's.
    Field("function:strict", ("strict",), True, (), ()),
)

FILE_ROWS: Final = (
    Field(
        "file:path",
        ("path",),
        "docs/more.csv",
        ("content", "tools[code_interpreter].files[rates]"),
        replaces=True,
    ),
)

FIELDS: Final = (*ASSISTANTS, *STORES, *FUNCTIONS, *FILE_ROWS)
UNSUPPORTED: Final = frozenset(
    {
        "assistant:tools[web_search]",  # not on this wire: does not pass `validate`
    }
)


def write(world: World, documents: list[Json] | None = None) -> None:
    """The whole folder, with some documents exchanged."""
    for path, text in FILES.items():
        world.put(path, text)
    world.write([STACK, *(documents or DOCUMENTS)])
