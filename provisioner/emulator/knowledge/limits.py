"""The limits of vector stores and documents, which `core/wire.py` adds to the SDK's types."""

from __future__ import annotations

from typing import TYPE_CHECKING

from provisioner.emulator.core.limits import NULLABLE, ONE_OR_MORE, between

if TYPE_CHECKING:
    from provisioner.emulator.core.shapes import Schema
    from provisioner.emulator.core.wire import Limits, Shapes

CHUNKING: Limits = {
    "*.max_chunk_size_tokens": between(100, 4096),
    "*.chunk_overlap_tokens": {"minimum": 0},
}
"""The limits of chunking strategies, which the Assistants API has as well."""
SEARCH: Limits = {
    "*.max_num_results": between(1, 50),
    "*.score_threshold": between(0, 1),
    # The SDK's type of these items is a plain object, and not again a filter.
    "CompoundFilter.filters": {
        "type": "array",
        "minItems": 1,
        "items": {"$ref": "#/$defs/Filters"},
    },
}
"""The limits of searches, which tools of the Responses API have as well."""
_UP_TO_2000: Schema = {"minItems": 1, "maxItems": 2000}
LIMITS: Limits = (
    CHUNKING
    | SEARCH
    | {
        # The platform accepts null for these fields of a create. The SDK's types do not show that.
        "VectorStoreCreateParams.name": NULLABLE,
        "VectorStoreCreateParams.description": NULLABLE,
        "VectorStoreCreateParams.expires_after": NULLABLE,
        "VectorStoreCreateParams.file_ids": {"maxItems": 500},
        "ExpiresAfter.days": between(1, 365),
        # The id of the store is in the URL.
        "*.vector_store_id": None,
        "FileBatchCreateParams.file_ids": _UP_TO_2000,
        "FileBatchCreateParams.files": _UP_TO_2000,
        "SkillUpdateParams.default_version": ONE_OR_MORE,
    }
)


def filters(shapes: Shapes) -> Schema:
    """Return the schema of a filter by attributes, which the limits call `#/$defs/Filters`."""
    return shapes.object("vector_store_search_params.Filters")
