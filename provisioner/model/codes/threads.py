"""Defines codes of registering and deleting threads and other objects that no API lists."""

from provisioner.model.code import error, warning

LINE_UNREADABLE = error(
    "line-unreadable",
    "this line registers nothing",
    "A line of the file is neither a JSON object nor a row of a CSV table, or has a value that "
    "is not valid. All other lines were registered. Correct the line, and import the file again: "
    "registered objects are not changed by that.",
)
FILE_UNREADABLE = error(
    "import-unreadable",
    "the file to import cannot be read",
    "The operating system did not open the file, or it is a folder that is not a spool. Check "
    "the path and the permissions of this user.",
)
SPOOL_STUCK = error(
    "spool-stuck",
    "the spool could not be read",
    "An application left lines in its spool, the local file of objects to be registered, and the "
    "operating system does not allow this user to read or delete them. Give this user "
    "permission. Nothing was lost.",
)
NONE_IS_THERE = error(
    "none-is-there",
    "not one of these objects is there",
    "The server does not have any of these objects. It would answer the same to a key of another "
    "project, so nothing was recorded as gone. Check the target and its key. If all objects are "
    "really gone, pass `--allow-missing`.",
)
NONE_DELETED = error(
    "none-deleted",
    "not one of these objects could be deleted",
    "Every request of a whole batch failed, so the command stopped. The detail has the first "
    "answer. The objects are still tracked. To try them again, run the command again after an hour.",
)
NOT_DELETED = warning(
    "not-deleted",
    "an object could not be deleted",
    "The server refused to return or delete an object, or still returned it after the delete. "
    "The object is still tracked. To try it again, run the command again after an hour.",
)
LEFT_BEHIND = warning(
    "left-behind",
    "deleting a thread does not delete what it named",
    "A deleted thread, conversation or response referred to files and vector stores, which still "
    "exist and may contain data of the same person. It is not known if anybody else needs them. "
    "Look at them with `gc`, and delete those with data of this person.",
)
ELSEWHERE = warning(
    "tracked-elsewhere",
    "objects in other accounts were left alone",
    "The ledger contains objects in other accounts than that of this target. Run the command "
    "again with a target of each account.",
)
IN_OTHER_HANDS = warning(
    "in-other-hands",
    "another worker holds some of the objects",
    "Another command is about to delete some of the objects, or was killed while it did so. In "
    "that case its claim on them ends within a minute. Run the command again to be certain.",
)
