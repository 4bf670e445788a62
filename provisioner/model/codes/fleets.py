"""Codes of what is wrong with a table of a fleet: `for_each`, its rows, and `${each.COLUMN}`."""

from provisioner.model.code import error

FOR_EACH_NOT_HERE = error(
    "for-each-not-here",
    "for_each does not work on this kind",
    "Only assistants, functions and vector stores may be declared once a row of a table. "
    "Declare each resource in a document of its own.",
)
TABLE_WITHOUT_ROWS = error(
    "table-without-rows",
    "a table without rows",
    "The file of a `for_each` declares no resource. Nothing was planned, because a table that was "
    "emptied must never delete a whole fleet: to remove one, remove its manifest.",
)
NOT_A_TABLE = error(
    "not-a-table",
    "not a table",
    "The file of a `for_each` is CSV with a line of column names, or a YAML or JSON list of "
    "mappings. Write it as one of them.",
)
ROW_OUT_OF_SHAPE = error(
    "row-out-of-shape",
    "a row does not fit its table",
    "A row has another number of cells than the line of column names, or is no mapping. "
    "Correct the row.",
)
ROW_WITHOUT_KEY = error(
    "row-without-key",
    "a row without a key",
    "Each row needs a key, which stands in the address of its resource. Give the row a key.",
)
ROW_KEY_INVALID = error(
    "row-key-invalid",
    "a key that cannot stand in an address",
    "A key has 1 to 64 letters, digits, `_` and `-`. Rename the key.",
)
ROW_KEY_TWICE = error(
    "row-key-twice",
    "two rows with one key",
    "A key names one row: two rows would be one resource. Give one of them another key.",
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
    "The row does not say what `${each.COLUMN}` stands for, or says a list where a text is "
    "made. Fill the cell of the row.",
)
EACH_WITHOUT_TABLE = error(
    "each-without-table",
    "each without for_each",
    "`${each.COLUMN}` takes a value from a row, and the document has no `for_each`. Write "
    "`$${each.COLUMN}` for the text itself.",
)
PART_AMBIGUOUS = error(
    "part-ambiguous",
    "a part of a prompt is a file or a text",
    "Each of the `parts` has either a `file` or a `text`; `variables` goes with a `file`. "
    "Remove one of the two.",
)
