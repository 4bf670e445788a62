"""Names that the Assistants v2 API uses: fields of an assistant, and types of its tools."""

from typing import Final

PLAIN: Final = (
    "name",
    "description",
    "model",
    "instructions",
    "temperature",
    "top_p",
    "reasoning_effort",
    "response_format",
)
"""The fields of an assistant that have the same name and value in a manifest."""
SEARCH: Final = "file_search"
CODE: Final = "code_interpreter"
DEFAULT_RANKER: Final = "default_2024_08_21"
"""The ranker that the server returns for `auto`."""
