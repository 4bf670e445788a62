"""Tools, tool resources and response formats in the form in which a client reads them.

Assistants, threads and runs share these fields. The defaults that the platform fills in are added
here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from provisioner.emulator.core.errors import invalid_value
from provisioner.emulator.core.strict import check_schema, check_strict

if TYPE_CHECKING:
    from provisioner.emulator.core.store import Json, Session

RANKER = "default_2024_08_21"
"""The ranker that the platform fills in where the request names none."""


def read_back(tools: list[Json], model: str) -> list[Json]:
    """Return tools with the platform's defaults filled in.

    Raises ApiError for two functions of one name, and for a schema that is not allowed.
    """
    names: set[str] = set()
    for index, tool in enumerate(tools):
        if tool["type"] == "function":
            _check_function(tool["function"], f"tools[{index}].function", names)
    return [_with_defaults(tool, model) for tool in tools]


def _check_function(function: Json, path: str, names: set[str]) -> None:
    """Raise ApiError if the name of a function is in `names`, or if its schema is wrong.

    Adds the name to `names`.
    """
    name = function["name"]
    if name in names:
        raise invalid_value(
            f"Invalid '{path}.name': function names must be unique, '{name}' is given twice.",
            f"{path}.name",
        )
    names.add(name)
    if "parameters" in function:
        check_schema(function["parameters"], f"function '{name}'", f"{path}.parameters")
    if function.get("strict"):
        check_strict(function.get("parameters", {}), f"function '{name}'", f"{path}.parameters")


def _with_defaults(tool: Json, model: str) -> Json:
    if tool["type"] == "function":
        return {"type": "function", "function": _filled(tool["function"])}
    if tool["type"] == "file_search":
        given = tool.get("file_search", {})
        ranking = given.get("ranking_options", {})
        return {
            "type": "file_search",
            "file_search": {
                "max_num_results": given.get(
                    "max_num_results", 5 if model.startswith("gpt-3.5") else 20
                ),
                "ranking_options": {
                    "ranker": ranking.get("ranker", RANKER),
                    "score_threshold": float(ranking.get("score_threshold", 0)),
                },
            },
        }
    return dict(tool)


def _filled(function: Json) -> Json:
    """Return a function or format with `strict`, which the platform returns as false if it was not set."""
    return function | {"strict": bool(function.get("strict"))}


def response_format(given: Any) -> Any:
    """Return a response format as a client reads it.

    Without one it is `auto`; one with a schema always has `strict`. Raises ApiError for a wrong
    schema.
    """
    if given is None:
        return "auto"
    if isinstance(given, dict) and given["type"] == "json_schema":
        schema = given["json_schema"]
        owner, path = f"response_format '{schema['name']}'", "response_format.json_schema.schema"
        check_schema(schema.get("schema", {}), owner, path)
        if schema.get("strict"):
            check_strict(schema.get("schema", {}), owner, path)
        return given | {"json_schema": _filled(schema)}
    return given


def resources(given: Json | None, tools: list[Json]) -> Json:
    """Return tool resources as a client reads them.

    Every enabled tool has a list, even an empty one.
    """
    enabled = {tool["type"] for tool in tools}
    result: Json = {}
    for tool, key in (("code_interpreter", "file_ids"), ("file_search", "vector_store_ids")):
        listed = (given or {}).get(tool)
        if listed is not None or tool in enabled:
            result[tool] = {key: list((listed or {}).get(key, []))}
    return result


def check_resources(db: Session, given: Json | None) -> None:
    """Raise ApiError if tool resources name a file or a vector store that does not exist."""
    if not given:
        return
    for file_id in given.get("code_interpreter", {}).get("file_ids", []):
        check_file(db, file_id, "tool_resources.code_interpreter.file_ids")
    for store_id in given.get("file_search", {}).get("vector_store_ids", []):
        if db.find("vector_store", store_id) is None:
            raise invalid_value(
                f"No vector store found with id '{store_id}'.",
                "tool_resources.file_search.vector_store_ids",
            )


def check_file(db: Session, file_id: str, param: str) -> None:
    """Raise ApiError if no file has this id. `param` is the path of the id in the request."""
    if db.find("file", file_id) is None:
        raise invalid_value(f"No file found with id '{file_id}'.", param)


def sampling(value: float | None) -> float:
    """Return a temperature or top_p as a client reads it: 1.0 if it was not set."""
    return 1.0 if value is None else float(value)
