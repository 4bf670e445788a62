"""Names of the Assistants v2 wire: fields of an assistant, and types of its tools."""

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
SEARCH: Final = "file_search"
CODE: Final = "code_interpreter"
DEFAULT_RANKER: Final = "default_2024_08_21"
