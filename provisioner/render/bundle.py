"""Make the attachment of a bug report: the structure of manifests and live objects, without content.

It has the names of fields and the types of values, which show what a server answered. It has no
text of a prompt, no id, no name and no secret. `doctor --bundle` writes it.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from provisioner.model.finding import Finding
from provisioner.model.inventory import Inventory
from provisioner.model.resource import Desired
from provisioner.render.output import FORMAT_VERSION

MOST_ROWS: Final = 20
"""The most different shapes of one kind that are listed."""
WORDS: Final = frozenset({"object", "type", "status", "purpose", "anchor"})
"""Keys of the API whose values are words of the API, such as the type of a tool, and no text of
users."""
LONGEST_WORD: Final = 32
"""The most characters of a word of the API. A longer value is treated as a text of users."""
SCHEMAS: Final = frozenset({"parameters", "schema", "output_schema"})
"""Keys whose values are JSON Schemas, which users write."""
METADATA, TOOLS = "metadata", "tools"
OURS: Final = "provisioner."


def bundle_document(
    findings: Sequence[Finding], desired: Desired, inventory: Inventory | None
) -> dict[str, Any]:
    """Return a JSON document that may be attached to a public bug report.

    For a finding, it has only the codes of the diagnostics, because their details may contain names
    and addresses.
    """
    return {
        "format_version": FORMAT_VERSION,
        "findings": [
            {
                "part": one.part,
                "condition": str(one.condition),
                "codes": sorted({said.code.name for said in one.diagnostics}),
                # The sentences of other findings may name files, hosts or addresses.
                **({"said": one.said} if one.part == "versions" else {}),
            }
            for one in findings
        ],
        "declared": _shapes(_by_kind(desired)),
        "live": _shapes(inventory.rows) if inventory else None,
        "unread": {kind: why.code.name for kind, why in inventory.unread.items()}
        if inventory
        else None,
    }


def _by_kind(desired: Desired) -> dict[str, list[Mapping[str, Any]]]:
    """Return the specs of the declared resources, by kind."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for address, resource in desired.items():
        found.setdefault(address.kind, []).append(resource.spec)
    return found


def _shapes(rows: Mapping[str, Sequence[Any]]) -> dict[str, Any]:
    """Return the number of rows and their different shapes, by kind."""
    found = {}
    for kind, of_kind in sorted(rows.items()):
        shapes: list[Any] = []
        for row in of_kind:
            if len(shapes) < MOST_ROWS and (shape := shape_of(row)) not in shapes:
                shapes.append(shape)
        found[kind] = {"count": len(of_kind), "shapes": shapes}
    return found


def shape_of(value: Any, key: str = "") -> Any:
    """Return the shape of a JSON value: its keys, the types of its values, and the lengths of its lists.

    Words of the API, such as the type of a tool, are kept. Keys that a user chose are not: those of
    metadata, names of functions, and properties of JSON Schemas.
    """
    match value:
        case Mapping():
            return _shape_of_object(value, key)
        case list() | tuple():
            return [shape_of(one) for one in value]
        case str():
            # A word of the API has only letters, digits and `_`; a sentence of users rarely has.
            is_word = key in WORDS and len(value) <= LONGEST_WORD
            return value if is_word and value.replace("_", "").isalnum() else "text"
        case bool() | None:
            return value
        case _:
            return "number" if isinstance(value, int | float) else type(value).__name__


def _shape_of_object(value: Mapping[Any, Any], key: str) -> Any:
    """Return the shape of an object, without the keys that a user chose."""
    if key in SCHEMAS:
        return "JSON Schema"
    if key == METADATA:
        marks = sorted(name for name in value if str(name).startswith(OURS))
        return {"marks": marks, "other keys": len(value) - len(marks)}
    if key == TOOLS:
        # A spec has its tools by name, and the name of a function is the text of a user.
        return [shape_of(one) for one in value.values()]
    return {str(name): shape_of(one, str(name)) for name, one in value.items()}
