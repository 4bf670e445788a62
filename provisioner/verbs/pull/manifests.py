"""Turn exported assistants into the files of a folder of manifests, with notes for people.

`pull` writes the files.
"""

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from provisioner.kinds import CONVERSATIONAL
from provisioner.model.address import Address
from provisioner.model.exported import Exported
from provisioner.model.frozen import frozen
from provisioner.model.schemas import Schemas
from provisioner.model.value import canonical, same
from provisioner.source import keys
from provisioner.source.export import is_plain, manifest

Json = dict[str, Any]

_STORE: Final = "tools[].vector_store"
"""The pattern of the field in which a tool names the store that it searches."""

FEW_LINES: Final = 3
SHORT: Final = 200
"""Instructions with more lines, or more characters, go into a file of their own."""
LONGEST_NAME: Final = 48
ID_LENGTH: Final = 6
"""The characters of an id that distinguish objects with the same name."""
_SECRET: Final = re.compile(
    r"\b(sk|sess|rk)-[\w-]{16,}|\b(AKIA|ASIA)[0-9A-Z]{16}\b|\bgh[pousr]_\w{30,}|\bgithub_pat_\w{20,}"
    r"|\bxox[abprs]-[\w-]{10,}|\bAIza[\w-]{35}|\beyJ[\w-]{8,}\.eyJ[\w-]{8,}"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----|\b(password|passwd|secret|api[_-]?key)\s*[=:]\s*\S{8,}",
    re.IGNORECASE,
)


@frozen
class Note:
    """A note about something to know or to do.

    `about` is a keyword for programs, such as `renamed`. `ids` are the ids of the objects in the
    export that the note is about.
    """

    about: str
    text: str
    address: Address | None = None
    ids: tuple[str, ...] = ()


@frozen
class Taken:
    """An object of the export, by its `id`, and the address that it has in the manifests."""

    id: str
    address: Address
    name: str = ""


@dataclass(slots=True)
class Writing:
    """The files of the result, by their path in the folder, and what they were made from."""

    files: dict[str, str] = field(default_factory=dict)
    assistants: list[Taken] = field(default_factory=list)
    stores: dict[str, Taken] = field(default_factory=dict)
    functions: dict[str, Json] = field(default_factory=dict)
    formats: dict[str, str] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)

    def note(
        self, about: str, text: str, address: Address | None = None, ids: Iterable[str] = ()
    ) -> None:
        """Add a note."""
        self.notes.append(Note(about, text, address, tuple(ids)))

    def everything(self, found: Sequence[Exported]) -> None:
        """Make the files of all assistants, functions and vector stores."""
        names = list(unique(names_of([(one.name or one.id, one.id) for one in found])))
        self.functions = shared_functions(found)
        self._name_stores(dict(zip(names, found, strict=True)))
        for name, one in zip(names, found, strict=True):
            self._assistant(name, one)
        if self.functions:
            self.files["functions.yaml"] = "---\n".join(
                manifest("Function", name, spec) for name, spec in self.functions.items()
            )
        if self.stores:
            self.files["knowledge.yaml"] = "---\n".join(map(self._store, self.stores.values()))

    def _assistant(self, name: str, one: Exported) -> None:
        """Make the files of one assistant."""
        address, spec = Address(CONVERSATIONAL.name, name), dict(one.spec)
        self.assistants.append(Taken(one.id, address, one.name))
        self._secrets(address, spec)
        text = str(spec.get("instructions", ""))
        if is_plain(text) and (text.count("\n") >= FEW_LINES or len(text) > SHORT):
            self.files[f"prompts/{name}.md"] = text
            spec["instructions"] = {keys.FILE: f"../prompts/{name}.md"}
        if "response_format" in spec:
            spec["response_format"] = self._format(spec["response_format"])
        if "tools" in spec:
            spec["tools"] = [self._tool(tool, one) for tool in spec["tools"]]
        about = [f"Pulled from {one.id or 'an object without an id'}."]
        if one.files:
            about += [f"Its files for the code interpreter were {', '.join(one.files)}."]
        self.files[f"assistants/{name}.yaml"] = manifest("Assistant", name, spec, about)
        self._notes(address, one)

    def _notes(self, address: Address, one: Exported) -> None:
        """Add the notes about one assistant."""
        if not one.name:
            text = f"The assistant had no name. It is called {address.name} now."
            self.note("renamed", text, address, _one(one.id))
        if one.files:
            text = (
                f"Files are not in an export. Put them into the folder ({', '.join(one.files)}),"
                " declare each as a `kind: File`, and list their names as `files` of the tool"
                " `code_interpreter`."
            )
            self.note("files", text, address, one.files)
        for lost in one.lost:
            text = f"Not carried over: {lost.path}. {lost.why}" if lost.path else lost.why
            self.note("lost", text, address, _one(one.id))

    def _tool(self, tool: Json, one: Exported) -> Json:
        """Return a tool as a manifest has it: a shared function and a vector store by name."""
        function = tool.get(CONVERSATIONAL.inline_key)
        if function and _is_shared(function, self.functions):
            return {"type": tool["type"], "ref": function["name"]}
        if tool["type"] == one.searching and one.stores:
            store = self.stores[one.stores[0]].address.name
            return {"type": tool["type"], _STORE.rpartition(".")[2]: store, **tool}
        return tool

    def _format(self, wanted: Any) -> Any:
        """Write a JSON Schema into a file. Equal formats share one file."""
        if not isinstance(wanted, dict) or "json_schema" not in wanted:
            return wanted
        key = canonical(wanted["json_schema"], _FORMAT)
        if key not in self.formats:
            wish = slug(str(wanted["json_schema"]["name"]))
            # On some file systems, names that differ only in case are the same file.
            taken = {path.lower() for path in self.formats.values()}
            name = next(name for name in _variants(wish) if f"formats/{name}.json" not in taken)
            self.formats[key] = f"formats/{name}.json"
            text = json.dumps(wanted["json_schema"], indent=2, ensure_ascii=False)
            self.files[self.formats[key]] = f"{text}\n"
        return {**wanted, "json_schema": {keys.FILE: f"../{self.formats[key]}"}}

    def _name_stores(self, found: Mapping[str, Exported]) -> None:
        """Name each vector store after the only assistant that searches it, else `shared-knowledge`."""
        users: dict[str, list[str]] = {}
        for name, one in found.items():
            for id in one.stores[:1]:
                users.setdefault(id, []).append(name)
        wishes = (
            f"{u[0]}-knowledge" if len(u) == 1 else "shared-knowledge" for u in users.values()
        )
        for (id, names), name in zip(users.items(), unique(wishes), strict=True):
            address = Address(CONVERSATIONAL.references[_STORE], name)
            self.stores[id] = Taken(id, address)
            by = ", ".join(f"assistant.{user}" for user in names)
            text = (
                f"{id} was searched by {by}. An export does not have its documents, so the store is empty"
                f" until you put documents into knowledge/{name}/ and add to knowledge.yaml:"
                f' `files: [{{glob: "knowledge/{name}/**/*"}}]`.'
            )
            self.note("documents", text, address, _one(id))

    def _store(self, taken: Taken) -> str:
        """Return the manifest of a vector store, with a comment about its documents."""
        name = taken.address.name
        about = (
            f"Was {taken.id}. Its documents are not in the export: put them into a folder and add",
            f'  files: [{{glob: "knowledge/{name}/**/*"}}]',
        )
        return manifest("VectorStore", name, {"name": name}, about)

    def _secrets(self, address: Address, spec: Json) -> None:
        """Add a note for each text that looks like a secret."""
        for path, text in _texts(spec, ""):
            if _SECRET.search(text):
                told = (
                    f"{path} has a text that looks like a secret. Remove it before you commit the"
                    " file."
                )
                self.note("secret", told, address)


def names_of(found: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Yield a resource name for each pair of a text and an id.

    If a text makes no name, or several texts make the same, a part of the id is added. So a name
    does not change when another object is added or removed.
    """
    wishes = [slug(text) for text, _ in found]
    counts = Counter(wishes)
    for wish, (_, id) in zip(wishes, found, strict=True):
        is_own = counts[wish] == 1 and wish != CONVERSATIONAL.name
        yield wish if is_own or not id else f"{wish}-{slug(id)[-ID_LENGTH:].strip('-_')}"


def slug(text: str) -> str:
    """Return a resource name made from any text: small letters, digits, `_` and `-`."""
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return (
        re.sub(r"[^a-z0-9_-]+", "-", ascii_text).strip("-_")[:LONGEST_NAME] or CONVERSATIONAL.name
    )


def unique(names: Iterable[str]) -> Iterator[str]:
    """Yield each name, with a number after it if it is taken."""
    taken: set[str] = set()
    for wish in names:
        name = next(name for name in _variants(wish) if name not in taken)
        taken.add(name)
        yield name


_FUNCTION = Schemas((("parameters",), ("output_schema",)))
_FORMAT = Schemas((("schema",),))
"""The paths at which JSON Schemas begin in a function and in a format. The order of their
properties matters."""


def shared_functions(found: Sequence[Exported]) -> dict[str, Json]:
    """Return the functions that several assistants define in the same way, by name.

    If a name has several such definitions, the one that most assistants have is returned.
    """
    users: Counter[str] = Counter()
    first: dict[str, Json] = {}
    for one in found:
        for function in _functions(one):
            users[canonical(function, _FUNCTION)] += 1
            first.setdefault(canonical(function, _FUNCTION), function)
    shared: dict[str, Json] = {}
    for text, count in users.most_common():
        if count > 1:
            spec = {key: value for key, value in first[text].items() if key != "name"}
            shared.setdefault(first[text]["name"], spec)
    return shared


def _functions(one: Exported) -> Iterator[Json]:
    """Yield the functions of an assistant."""
    for tool in one.spec.get("tools", ()):
        if function := tool.get(CONVERSATIONAL.inline_key):
            yield function


def _is_shared(function: Json, shared: Mapping[str, Json]) -> bool:
    """Return true if a function is one of the shared ones."""
    name = function["name"]
    return name in shared and same({"name": name, **shared[name]}, function, _FUNCTION)


def _variants(wish: str) -> Iterator[str]:
    """Yield a name, and then the name with 2, 3 and so on."""
    yield wish
    number = 2
    while True:
        yield f"{wish}-{number}"
        number += 1


def _texts(value: Any, path: str) -> Iterator[tuple[str, str]]:
    """Yield every text in a value, with its path."""
    if isinstance(value, str):
        yield path, value
    items = value.items() if isinstance(value, dict) else ()
    for key, item in items:
        yield from _texts(item, f"{path}.{key}".lstrip("."))
    for item in value if isinstance(value, list) else ():
        yield from _texts(item, path)


def _one(id: str) -> tuple[str, ...]:
    """Return an id as a tuple; empty if it is empty."""
    return (id,) if id else ()
