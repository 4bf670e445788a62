"""Defines codes of `gc`: what could not be read, and what is not deleted."""

from provisioner.model.code import error, warning

LIST_NOT_READ = error(
    "list-not-read",
    "a list could not be read",
    "Objects to which the entries of this list may refer count as unknowable, and nothing is "
    "deleted. Give the key permission to read the list, or run the command again.",
)
TRACKED_NOT_READ = warning(
    "tracked-not-read",
    "not every tracked object was asked to which objects it refers",
    "To find the objects to which a thread, conversation or response refers, `gc` needs "
    "one request for each, and there were too many. Objects to which they may refer count "
    "as unknowable.",
)
NOT_A_LEAK = error(
    "not-a-leak",
    "this object may not be deleted",
    "`gc` deletes objects that nothing needs as far as can be read. It deletes unknowable "
    "objects only if `--id` names them.",
)
LEFT_TO_A_SAVED_PLAN = warning(
    "left-to-a-saved-plan",
    "objects without a known owner are deleted only from a saved plan",
    "Neither a mark nor the ledger proves whose these objects are. `--out FILE` writes a "
    "plan that lists each id. Read it; then `apply FILE` deletes exactly these objects.",
)
LEFT_FOR_NOW = warning(
    "left-for-now",
    "some leaks are left alone for now",
    "Some leaks are too young to be deleted, or an object that is not deleted with them refers "
    "to them. Run the command again later, or select the objects that refer to them too.",
)
NOTHING_ASKED_FOR = error(
    "nothing-asked-for",
    "nothing was named that should be deleted",
    "The command needs to know what to delete. Name conditions with `--class`, or single objects "
    "with `--id`.",
)
NOT_AS_PLANNED = error(
    "leak-moved",
    "an object is not what it was when the plan was saved",
    "After the plan was saved, somebody deleted the object or began to use it. A saved plan is "
    "applied as a whole or not at all. Make the plan again.",
)
NOTED = warning(
    "noted-for-later",
    "leaks were noted, to be deleted later",
    "After the time that the detail names, run the same command again: it deletes those "
    "leaks that nobody needs by then. The notes are in the ledger.",
)
QUARANTINE_NEEDS_LEDGER = error(
    "quarantine-needs-ledger",
    "a quarantine needs a ledger",
    "`gc` must remember when it first found an object. It writes that into the ledger, because "
    "it never writes to foreign objects. Name a ledger with `--ledger`.",
)
