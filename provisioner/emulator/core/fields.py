"""Fields that several resources take: tools and their resources, formats, sampling, chunking."""

from __future__ import annotations

from typing import TYPE_CHECKING

from provisioner.emulator.core.shapes import (
    ANY_OBJECT,
    ATTRIBUTES,
    IDS,
    METADATA,
    NAME_PATTERN,
    TYPE_ONLY,
    closed,
    integer,
    items,
    null,
    number,
    one_of,
    tagged,
    text,
    word_or,
)

if TYPE_CHECKING:
    from provisioner.emulator.core.shapes import Schema

EFFORTS = ["none", "minimal", "low", "medium", "high", "xhigh", "max"]

CHUNKING = tagged(
    {
        "auto": TYPE_ONLY,
        "static": closed(
            {
                "type": {},
                "static": closed(
                    {
                        "max_chunk_size_tokens": integer(100, 4096),
                        "chunk_overlap_tokens": integer(0),
                    },
                    "max_chunk_size_tokens",
                    "chunk_overlap_tokens",
                ),
            },
            "static",
        ),
    }
)

DOCUMENT = closed(
    {"file_id": text(), "attributes": ATTRIBUTES, "chunking_strategy": CHUNKING}, "file_id"
)

FUNCTION = closed(
    {
        "name": text(64, shortest=1) | {"pattern": NAME_PATTERN},
        "description": text(),
        "parameters": ANY_OBJECT,
        "strict": null({"type": "boolean"}),
    },
    "name",
)
FILE_SEARCH = closed(
    {
        "max_num_results": integer(1, 50),
        "ranking_options": closed(
            {
                "score_threshold": number(0, 1),
                "ranker": one_of("auto", "default_2024_08_21"),
            },
            "score_threshold",
        ),
    }
)
TOOL = tagged(
    {
        "code_interpreter": TYPE_ONLY,
        "file_search": closed({"type": {}, "file_search": FILE_SEARCH}),
        "function": closed({"type": {}, "function": FUNCTION}, "function"),
    }
)

RESPONSE_FORMAT = null(
    word_or(
        ["auto"],
        tagged(
            {
                "text": TYPE_ONLY,
                "json_object": TYPE_ONLY,
                "json_schema": closed(
                    {
                        "type": {},
                        "json_schema": closed(
                            {
                                "name": text(64, shortest=1) | {"pattern": NAME_PATTERN},
                                "description": text(),
                                "schema": ANY_OBJECT,
                                "strict": null({"type": "boolean"}),
                            },
                            "name",
                        ),
                    },
                    "json_schema",
                ),
            }
        ),
    )
)

NEW_STORE = closed({"file_ids": IDS, "chunking_strategy": CHUNKING, "metadata": METADATA})
CODE_FILES = closed({"file_ids": items(text(), 20)})
STORE_IDS = items(text(), 1)
TOOL_RESOURCES_UPDATE = null(
    closed({"code_interpreter": CODE_FILES, "file_search": closed({"vector_store_ids": STORE_IDS})})
)
TOOL_RESOURCES_CREATE = null(
    closed(
        {
            "code_interpreter": CODE_FILES,
            "file_search": closed(
                {"vector_store_ids": STORE_IDS, "vector_stores": items(NEW_STORE, 1)}
            ),
        }
    )
)

SAMPLING: Schema = {
    "temperature": null(number(0, 2)),
    "top_p": null(number(0, 1)),
    "reasoning_effort": null(one_of(*EFFORTS)),
    "response_format": RESPONSE_FORMAT,
}
INSTRUCTIONS = null(text(256_000))
