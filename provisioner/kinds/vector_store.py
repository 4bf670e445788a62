"""The kind VectorStore: documents that assistants search."""

from collections.abc import Iterable
from typing import Any, Final

from provisioner.kinds.shared import ATTRIBUTES, LIFECYCLE, METADATA
from provisioner.model.codes import kinds as codes
from provisioner.model.kind import Kind, Problem
from provisioner.model.value import Spec

AUTO: Final = {
    "type": "static",
    "static": {"max_chunk_size_tokens": 800, "chunk_overlap_tokens": 400},
}
"""The chunking that the API uses for `chunking_strategy: {type: auto}`."""

CAREFUL: Final = 256
"""The length of an attribute's value that every server accepts. The API's reference allows twice as
much.
"""

_ENTRY: Final[dict[str, Any]] = {
    "type": ["string", "object"],
    "description": "A path, or an object with one of `path`, `glob` and `file`.",
    "additionalProperties": False,
    "properties": {
        "path": {
            "type": "string",
            "minLength": 1,
            "description": "One file, relative to this manifest. At most 512 MB, and not empty.",
        },
        "glob": {
            "type": "string",
            "minLength": 1,
            "description": (
                "Every file that matches. `**` matches folders of any depth; hidden files and "
                "temporary files of editors are skipped. A pattern without a match is an error. "
                "If several entries match one file, a path takes precedence over a glob, and a "
                "later glob over an earlier one."
            ),
        },
        "exclude": {
            "type": "array",
            "description": "Patterns of files that a `glob` leaves out, relative to this manifest.",
            "items": {"type": "string", "minLength": 1},
        },
        "file": {"type": "string", "description": "The name of a `kind: File`."},
        "attributes": ATTRIBUTES,
    },
    "x-hints": {"metadata": "Write `attributes`: documents have no metadata."},
}

_CHUNKING: Final[dict[str, Any]] = {
    "type": "object",
    "description": (
        "The rule by which documents are cut into chunks. It cannot be changed on a live store, "
        "so a change replaces the store. Default auto."
    ),
    "required": ["type"],
    "additionalProperties": False,
    "properties": {
        "type": {
            "enum": ["auto", "static"],
            "description": "`auto` means 800 tokens with an overlap of 400; `static` takes both "
            "sizes from the field `static`.",
        },
        "static": {
            "type": "object",
            "description": "The sizes, with `type: static`.",
            "required": ["max_chunk_size_tokens", "chunk_overlap_tokens"],
            "additionalProperties": False,
            "properties": {
                "max_chunk_size_tokens": {
                    "type": "integer",
                    "minimum": 100,
                    "maximum": 4096,
                    "description": "Tokens in a chunk: 100 to 4096.",
                },
                "chunk_overlap_tokens": {
                    "type": "integer",
                    "minimum": 0,
                    "description": "The number of tokens that two neighbouring chunks share: at "
                    "most half of a chunk.",
                },
            },
        },
    },
}

_EXPIRES: Final[dict[str, Any]] = {
    "type": "object",
    "description": "The time after which the store expires. Without it the store never expires.",
    "required": ["anchor", "days"],
    "additionalProperties": False,
    "properties": {
        "anchor": {
            "enum": ["last_active_at"],
            "description": "The moment from which the days are counted: the store's last use.",
        },
        "days": {
            "type": "integer",
            "minimum": 1,
            "maximum": 365,
            "description": "Days after the anchor: 1 to 365.",
        },
    },
}


def check(spec: Spec) -> Iterable[Problem]:
    """Yield the problems of a vector store that the schema cannot express."""
    yield from _chunking(spec.get("chunking_strategy") or {})
    for index, entry in enumerate(spec.get("files", ())):
        if isinstance(entry, dict):
            yield from _entry(entry, index)


def normalise(spec: Spec) -> Spec:
    """Return the normal form of a vector store's spec, in which `auto` chunking has its sizes."""
    chunking = spec.get("chunking_strategy")
    # The API returns sizes for `auto`. Compared with `auto` they would replace every live store.
    if isinstance(chunking, dict) and chunking.get("type") == "auto":
        return {**spec, "chunking_strategy": AUTO}
    return dict(spec)


def _chunking(chunking: dict[str, Any]) -> Iterable[Problem]:
    """Yield the problems of a chunking strategy."""
    sizes, static = chunking.get("static"), chunking.get("type") == "static"
    if static and sizes is None:
        yield Problem(
            ("chunking_strategy",),
            codes.STATIC_WITHOUT_SIZES,
            "Add `static: {max_chunk_size_tokens: …, chunk_overlap_tokens: …}`.",
        )
    elif sizes and not static:
        yield Problem(
            ("chunking_strategy", "static"),
            codes.AUTO_WITH_SIZES,
            "Write `type: static` to set the sizes, or remove `static`.",
        )
    # The API would refuse this only at the first document, when the store is already made.
    elif sizes and sizes["chunk_overlap_tokens"] * 2 > sizes["max_chunk_size_tokens"]:
        yield Problem(
            ("chunking_strategy", "static", "chunk_overlap_tokens"),
            codes.OVERLAP_TOO_LARGE,
            f"Chunks of {sizes['max_chunk_size_tokens']} tokens can share at most"
            f" {sizes['max_chunk_size_tokens'] // 2}.",
        )


def _entry(entry: dict[str, Any], index: int) -> Iterable[Problem]:
    """Yield the problems of one entry of `files`."""
    named = [key for key in ("path", "glob", "file") if key in entry]
    if len(named) != 1:
        yield Problem(
            ("files", index),
            codes.ENTRY_NAMES_ONE,
            f"This entry has {' and '.join(named) or 'none of path, glob and file'}.",
        )
    if "exclude" in entry and "glob" not in entry:
        yield Problem(
            ("files", index, "exclude"),
            codes.EXCLUDE_WITHOUT_GLOB,
            "`exclude` leaves out files that a `glob` matches, and this entry has no `glob`.",
        )
    for key, value in entry.get("attributes", {}).items():
        if isinstance(value, str) and len(value) > CAREFUL:
            yield Problem(
                ("files", index, "attributes", key),
                codes.LONG_ATTRIBUTE,
                f"The value has {len(value)} characters. The API's reference allows 512, its guide"
                " 256: some servers may refuse the value.",
                is_warning=True,
            )


KIND = Kind(
    name="vector_store",
    title="VectorStore",
    summary="Documents that are cut into chunks, embedded, and searched by assistants.",
    schema={
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "name": {
                "type": "string",
                "minLength": 1,
                "maxLength": 256,
                "description": "The live name. Default: `metadata.name`.",
            },
            "description": {
                "type": "string",
                "description": "A description of the content. It cannot be changed on a live "
                "store, so a change replaces the store.",
            },
            "files": {
                "type": "array",
                "description": "The documents of the store. Documents that this Stack added earlier, "
                "and that are no longer listed, are removed.",
                "items": _ENTRY,
            },
            "chunking_strategy": _CHUNKING,
            "expires_after": _EXPIRES,
            "metadata": METADATA,
            "lifecycle": LIFECYCLE,
        },
        "x-hints": {"file_ids": "List local documents in `files`. Their ids are looked up."},
        "examples": [
            {
                "files": [
                    {"glob": "knowledge/policies/**/*.md", "attributes": {"audience": "staff"}},
                    {"file": "handbook"},
                ],
                "expires_after": {"anchor": "last_active_at", "days": 30},
            }
        ],
    },
    references={"files[].file": "file"},
    normalise=normalise,
    check=check,
    # The API has no request that changes these fields of a live store.
    immutable=frozenset({"description", "chunking_strategy"}),
    repeats=True,
    item_names=("file", "path", "glob"),
    contents={"files[]": "document"},
)
