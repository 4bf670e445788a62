"""Codes of `gc`: what it did not read, and what it does not delete."""

from provisioner.model.code import error, warning

LIST_NOT_READ = error(
    "list-not-read",
    "a list could not be read",
    "Objects that this list may name count as unknowable, and nothing is deleted. Give the key the "
    "right to read it, or run the command again.",
)
TRACKED_NOT_READ = warning(
    "tracked-not-read",
    "not every tracked object was asked for what it names",
    "Each costs one request. Objects that they may name count as unknowable.",
)
NOT_A_LEAK = error(
    "not-a-leak",
    "this object may not be deleted",
    "`gc` deletes objects that nothing needs as far as can be read, and unknowable ones by their ids.",
)
LEFT_TO_A_SAVED_PLAN = warning(
    "left-to-a-saved-plan",
    "objects that are nobody's are deleted only from a saved plan",
    "No mark and no ledger proves whose they are. `--out FILE` writes a plan that lists each id; read "
    "it, and `apply FILE` deletes exactly these.",
)
LEFT_FOR_NOW = warning(
    "left-for-now",
    "some leaks are left alone for now",
    "They are too young, or something names them that is not deleted with them.",
)
NOTHING_ASKED_FOR = error(
    "nothing-asked-for",
    "nothing was named that should be deleted",
    "Name conditions with `--class`, or single objects with `--id`.",
)
NOT_AS_PLANNED = error(
    "leak-moved",
    "an object is not what it was when the plan was saved",
    "Somebody deleted it, or came to need it. A saved plan is carried out as a whole or not at all.",
)
NOTED = warning(
    "noted-for-later",
    "leaks were noted, to be deleted later",
    "The same command deletes them once their time is over, if nobody came to need them. Their notes "
    "stand in the ledger.",
)
QUARANTINE_NEEDS_LEDGER = error(
    "quarantine-needs-ledger",
    "a quarantine needs a ledger",
    "The note of when an object was found stands in the ledger, for nothing foreign is ever written to.",
)
