"""Defines codes of mistakes in a `for_each`: its table, the rows, and `${each.COLUMN}`."""

from provisioner.model.code import error

FOR_EACH_NOT_HERE = error(
    "for-each-not-here",
    "for_each does not work on this kind",
    "Only assistants, functions and vector stores can be declared with `for_each`. Declare each "
    "resource in a manifest of its own.",
)
TABLE_WITHOUT_ROWS = error(
    "table-without-rows",
    "a table without rows",
    "The file of a `for_each` has no rows. Nothing was planned, because an emptied table must "
    "never delete all its resources. To delete them, remove the manifest with the `for_each`.",
)
NOT_A_TABLE = error(
    "not-a-table",
    "not a table",
    "The file of a `for_each` must be CSV whose first line has the names of the columns, or a "
    "YAML or JSON list of mappings. Write it in one of these forms.",
)
ROW_OUT_OF_SHAPE = error(
    "row-out-of-shape",
    "a row does not fit its table",
    "A row has more or fewer cells than the first line has columns, or is not a mapping. Correct "
    "the row.",
)
ROW_WITHOUT_KEY = error(
    "row-without-key",
    "a row without a key",
    "Each row must have a key, because the key is a part of the resource's address. Add a key to "
    "the row.",
)
ROW_KEY_INVALID = error(
    "row-key-invalid",
    "a key that cannot stand in an address",
    "A key must consist of 1 to 64 letters, digits, `_` and `-`. Change the key.",
)
ROW_KEY_TWICE = error(
    "row-key-twice",
    "two rows with one key",
    "Two rows have the same key, so they would be the same resource. Give one of them another key.",
)
UNKNOWN_COLUMN = error(
    "unknown-column",
    "unknown column",
    "`${each.COLUMN}` names a column that the table does not have. Correct the name, or add "
    "the column.",
)
ROW_WITHOUT_VALUE = error(
    "row-without-value",
    "a row without a value",
    "The row has no value for the column in `${each.COLUMN}`, or has a list where a text is "
    "needed. Write a value into the cell.",
)
EACH_WITHOUT_TABLE = error(
    "each-without-table",
    "each without for_each",
    "`${each.COLUMN}` is the value of a column, but the manifest has no `for_each`. Add one. To "
    "get the characters themselves, write `$${each.COLUMN}`.",
)
PART_AMBIGUOUS = error(
    "part-ambiguous",
    "a part of a prompt is either a file or a text",
    "Each entry of `parts` has either a `file` or a `text`, and `variables` only beside a "
    "`file`. Remove the field that does not belong there.",
)
