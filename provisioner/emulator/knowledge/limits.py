"""The limits of vector stores and documents, which are added to the shapes from the SDK's types."""

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
SEARCH: Limits = {
    "*.max_num_results": between(1, 50),
    "*.score_threshold": between(0, 1),
    # The SDK leaves open that a filter holds filters.
    "CompoundFilter.filters": {
        "type": "array",
        "minItems": 1,
        "items": {"$ref": "#/$defs/Filters"},
    },
}
_UP_TO_2000: Schema = {"minItems": 1, "maxItems": 2000}
LIMITS: Limits = (
    CHUNKING
    | SEARCH
    | {
        # The platform takes null for these when a store is made, which the SDK leaves out.
        "VectorStoreCreateParams.name": NULLABLE,
        "VectorStoreCreateParams.description": NULLABLE,
        "VectorStoreCreateParams.expires_after": NULLABLE,
        "VectorStoreCreateParams.file_ids": {"maxItems": 500},
        "ExpiresAfter.days": between(1, 365),
        # This stands in the URL.
        "*.vector_store_id": None,
        "FileBatchCreateParams.file_ids": _UP_TO_2000,
        "FileBatchCreateParams.files": _UP_TO_2000,
        "SkillUpdateParams.default_version": ONE_OR_MORE,
    }
)


def filters(shapes: Shapes) -> Schema:
    return shapes.object("vector_store_search_params.Filters")
