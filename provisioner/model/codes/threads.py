"""Codes of threads and other objects that no API lists: how they are registered and retired."""

from provisioner.model.code import error, warning

LINE_UNREADABLE = error(
    "line-unreadable",
    "this line registers nothing",
    "A line of the file is no JSON object and no row of a CSV table, or a value in it makes no sense. "
    "All other lines were registered. Correct the line, and import the file again: what is registered "
    "already stays as it is.",
)
FILE_UNREADABLE = error(
    "import-unreadable",
    "the file to import cannot be read",
    "The operating system did not open the file, or it is a folder that is no spool. Check the path "
    "and the rights of this user.",
)
SPOOL_STUCK = error(
    "spool-stuck",
    "the spool could not be read",
    "An application left lines in its spool, and the operating system lets nobody read or delete them. "
    "Give this user the right to do so. Nothing was lost.",
)
NONE_IS_THERE = error(
    "none-is-there",
    "not one of these objects is there",
    "The server knows none of the objects that were asked for. A key of another project gives the same "
    "answer, so nothing was marked as gone. Check the target and its key. If all of them are really "
    "gone, pass --allow-missing.",
)
NONE_DELETED = error(
    "none-deleted",
    "not one of these objects could be deleted",
    "Every request of a whole batch failed, so the command stopped. The detail repeats the first "
    "answer. The objects stay tracked, and are tried again after an hour.",
)
NOT_DELETED = warning(
    "not-deleted",
    "an object could not be deleted",
    "The server refused to show or to delete an object, or still showed it afterwards. It stays "
    "tracked, and is tried again after an hour.",
)
LEFT_BEHIND = warning(
    "left-behind",
    "deleting a thread does not delete what it named",
    "Files and vector stores that a thread, conversation or response named still stand, and may hold "
    "the data of the same person. Whether anybody else needs them is not known here.",
)
ELSEWHERE = warning(
    "tracked-elsewhere",
    "objects in other accounts were left alone",
    "The ledger also knows objects in accounts that this target does not lead to. Run the command "
    "again with the target of each account.",
)
IN_OTHER_HANDS = warning(
    "in-other-hands",
    "another worker holds some of the objects",
    "Another command is about to delete them, or was killed while it did so: then its claim ends "
    "within a minute. Run the command again to be certain.",
)
