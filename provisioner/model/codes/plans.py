"""Codes of what stands against a plan, of plan files, and of what happens during an apply."""

from provisioner.model.code import error, warning

DRIFT = error(
    "drift",
    "changed on the live side",
    "Somebody changed the live object, and an apply that nobody reviewed does not undo that. "
    "Put the change into the manifest to keep it, or overwrite it with `--overwrite-drift`. "
    "A saved plan that shows the change may be applied.",
)
ROLLED_BACK = error(
    "rolled-back",
    "rolled back to an older release",
    "Somebody rolled the assistant back, and this plan would undo that. Put what the older "
    "release says into the manifest, or undo the rollback with `--overwrite-drift`.",
)
SECRET_NOT_SET = error(
    "secret-not-set",
    "needs a secret that is not here",
    "The object cannot be made without a secret, and its environment variable is not set. "
    "Set it where the plan is applied.",
)
SECRET_NEEDED = warning(
    "secret-needed",
    "will need a secret that is not here",
    "A plan may be made without the secret. Apply reads it from the environment, or from `.env`.",
)
OTHER_STACK = error(
    "other-stack",
    "another stack holds our addresses here",
    "Nothing on the target is ours, and another owner has objects of the same addresses. If "
    "this stack was renamed, take them over with `adopt --owner`. If it is a copy, apply "
    "with `--new`.",
)
PROTECTED = error(
    "protected",
    "protected, and this plan would delete it",
    "The live object's mark says `prevent_destroy`. Lift the protection in the manifest, or "
    "this once with `--unprotect ADDRESS`.",
)
TOO_MANY_DELETES = error(
    "too-many-deletes",
    "more live objects would be deleted than max_delete_percent allows",
    "The guard stops plans that delete much at once, because such a plan is mostly a "
    "mistake. If it is meant, raise `spec.guards.max_delete_percent`, or pass "
    "`--max-delete-percent` once.",
)
TOO_MANY_DOCUMENTS = error(
    "too-many-documents",
    "more documents would be removed than max_delete_percent allows",
    "The guard stops plans that empty a store, because such a plan is mostly a mistake. If "
    "it is meant, raise `spec.guards.max_delete_percent`, or pass `--max-delete-percent` "
    "once.",
)
NOT_SELECTED = error(
    "not-selected",
    "refers to what is not selected and does not exist yet",
    "The change needs an object that `--select` left out. Select that one, too.",
)
NAMESAKE = error(
    "namesake",
    "an object that is not ours has this name",
    "A foreign object has the name of the resource that is about to be created. If it is this "
    "resource, adopt it. To have a second one beside it, pass `--new-object ADDRESS`.",
)
STILL_IN_USE = warning(
    "still-in-use",
    "still in use, so it is kept",
    "Something that was read refers to an object that would be deleted. The object stays, and "
    "stays ours. A later apply deletes it once nothing refers to it.",
)
FILES_LEFT_FOR_GC = warning(
    "files-left-for-gc",
    "files are kept, for nobody can tell cheaply whether they are in use",
    "Before a file is deleted, every store is asked whether it holds it. That would have taken "
    "more requests than `spec.guards.max_reads` allows, so the files are detached and stay. `gc` "
    "lists them.",
)
NOT_READ = warning(
    "not-read",
    "this kind could not be read",
    "The target refused to list the objects of a kind that no manifest declares. What exists "
    "of it, and what it refers to, is not known. Give the key the right to list them, if it "
    "should be known.",
)
ODD_SHAPE = warning(
    "odd-shape",
    "a field has a shape that this version does not know",
    "A row that the target returned cannot be read as a whole. The object is left as it is; "
    "nothing else is held up by it. Report the row to whoever runs the server.",
)
NO_ROOM_FOR_MARK = error(
    "no-room-for-mark",
    "no room for the mark",
    "The mark does not fit beside what the object holds. Make the text, the metadata or the "
    "resource's name shorter.",
)
NOTHING_PUBLISHED = warning(
    "nothing-published",
    "nothing of ours was ever published here, and yet there is what releases use",
    "The release registry is empty although stores and files of ours exist, so none is "
    "deleted. Check whether the registry is where it was.",
)
IS_GONE = error(
    "is-gone",
    "it is gone",
    "The object existed when the plan was made and does not any more. Plan again.",
)
EXISTS_NOW = error(
    "exists-now",
    "it exists now",
    "The object did not exist when the plan was made, and it exists now. Plan again.",
)
EDITED = error(
    "edited",
    "edited since this plan was made",
    "Somebody changed the live object after the plan was made. Nothing was changed. Plan "
    "again and review it.",
)
OTHER_ID = error(
    "other-id",
    "it has another id now",
    "What the plan refers to is another object than when the plan was made. Plan again.",
)
FILE_CHANGED = error(
    "file-changed",
    "a file has changed since this plan was made",
    "The plan wants the content that the file had then. Nothing was changed. Plan again.",
)
NOT_A_PLAN = error(
    "not-a-plan",
    "this is not a saved plan",
    "The file could not be read as a plan. `plan --out FILE` writes one. Name a file that was "
    "written so.",
)
BROKEN_PLAN = error(
    "broken-plan",
    "this plan file cannot be used",
    "The file was changed, cut short, or does not hold what a plan holds. Nothing was "
    "changed. Make a new one with `plan --out`.",
)
SENSITIVE_CHANGED = error(
    "sensitive-changed",
    "a sensitive value is not what it was when this plan was made",
    "A plan keeps only a digest of a secret. Give the same variables again, or plan again.",
)
OTHER_SETTINGS = error(
    "other-settings",
    "this plan was made for other settings",
    "The target of the Stack on disk does not lead where it led when the plan was made. "
    "Nothing was changed. Plan again.",
)
OTHER_OUTCOME = error(
    "other-outcome",
    "this plan would not do what it says",
    "Made again from the live side of today, the saved plan holds other changes. Nothing was changed. Plan again.",
)
OUTSIDE_FOLDER = error(
    "outside-folder",
    "this plan names a manifest folder outside of the current one",
    "A plan file alone must not decide which Stack is read. If the folder is the right one, name it "
    "with `--manifests`.",
)
OTHER_PLACE = error(
    "other-place",
    "this plan was made in another place",
    "The manifest folder that it belongs to is not here. Apply it where it was made, or name "
    "the folder with `--manifests`.",
)
OTHER_ENVIRONMENT = error(
    "other-environment",
    "this plan was made for another environment",
    "The option and the plan name different environments. Leave the option out, or plan again.",
)
OTHER_TARGET = error(
    "other-target",
    "this plan was made for another target",
    "The option and the plan name different targets. Leave the option out, or plan again.",
)
PLAN_NOT_SAVED = error(
    "plan-not-saved", "the plan could not be saved", "The file cannot be written. Name another one."
)
NOBODY_TO_ASK = error(
    "nobody-to-ask",
    "nobody is there to approve this",
    "There is no terminal to ask on. Nothing was changed. Pass `--yes` to go ahead without asking.",
)
KEPT_OTHERWISE = warning(
    "kept-otherwise",
    "the server keeps a field otherwise than sent",
    "What it returned is remembered in the mark, so that it does not show as a difference.",
)
FILE_CHANGED_MEANWHILE = error(
    "file-changed-meanwhile",
    "a file changed while planning",
    "The file no longer holds what the plan was made for. Plan again.",
)
UNREADABLE_FILE = error(
    "unreadable-file",
    "a file cannot be read",
    "The operating system refused to read the file, or it is gone. Check the path and the "
    "rights of this user.",
)
DUPLICATE_DELETED = warning(
    "duplicate-deleted",
    "a second object of the same address is deleted",
    "An answer was lost, and the object came to be twice. The older one stays.",
)
FILES_KEPT = warning(
    "files-kept", "files are kept", "Something still names these files, so they are not deleted."
)
CLOSING_LOOK_FAILED = error(
    "closing-look-failed",
    "could not look once more at what was made",
    "The changes were made. Whether others changed the same objects meanwhile is not known. "
    "Plan again to see.",
)
OLD_VERSIONS_KEPT = warning(
    "old-versions-kept",
    "old versions are kept",
    "Old versions could not be removed. The next apply tries again.",
)
OLD_RELEASES_KEPT = warning(
    "old-releases-kept",
    "old releases could not be removed",
    "Old releases could not be removed. The next apply tries again.",
)
UNDECLARED = error(
    "undeclared",
    "a value that no manifest sets was changed on the live side",
    "The Stack says `guards.undeclared: refuse`. Declare the value in a manifest, name it in "
    "`lifecycle.ignore_changes`, or accept it as it is with `--accept-undeclared`.",
)
SERVER_RESOLVED = warning(
    "server-resolved",
    "the server answers with another version",
    "A server may resolve a name to a version, so this is no difference and is never written. "
    "To pin a version, put its whole name into the manifest.",
)
MADE_TWICE = error(
    "made-twice",
    "another run made a second one",
    "Two runs worked at once, and both made an object of the address. The next plan decides which "
    "of the two stays.",
)
MADE_AGAIN = error(
    "made-again",
    "another run made it again",
    "Another run made what this run deleted. Plan again to see what is left.",
)
GONE_MEANWHILE = error(
    "gone-meanwhile",
    "somebody deleted it meanwhile",
    "The object was to stay as it is, and is gone. Plan again to see what is left.",
)
FILES_UNKNOWN = error(
    "files-unknown",
    "could not look which files are needed",
    "The changes were made. Files that may still be needed were kept. Apply again.",
)
POSSIBLY_LEFT = warning(
    "possibly-left",
    "files may be left on the account",
    "The answer to an upload was lost, so the file was sent again. If the first upload was "
    "performed after all, that file stays. `file_names: marked` makes files known.",
)
NO_ATTRIBUTES_KEPT = warning(
    "no-attributes-kept",
    "this server keeps no attributes of documents",
    "Documents of stores are told apart by their attributes, and this server loses them. Let "
    "file names tell them apart: set `file_names: marked` on the target.",
)
NOT_REPLACEABLE = error(
    "not-replaceable",
    "cannot be sent once more",
    "`--replace` takes the address of an object that is declared, selected, and live on the target. "
    "A File goes up again when its content changes, and what others lie inside of is not replaced.",
)
DOCUMENT_OUTSIDE = error(
    "document-outside",
    "a document outside of the manifest folder",
    "The plan names a path that leaves the folder of manifests, or a symbolic link that does. "
    "Nothing of it is read. Move the file into the folder, and plan again.",
)
EARLIER_PLAN = error(
    "earlier-plan",
    "this plan file was written by another version",
    "The format of plan files has changed. Nothing was changed. Plan again.",
)
SENSITIVE_MISPLACED = error(
    "sensitive-misplaced",
    "a sensitive value stands where the manifests do not hold it",
    "A secret is only ever restored at the address and path where the manifests on disk hold "
    "it. Nothing was changed. Plan again.",
)
STILL_THERE = error(
    "still-there",
    "deleted, and still there",
    "The server said that the object was deleted, and goes on showing it. Plan again.",
)
OTHER_DIGEST = error(
    "other-digest",
    "the plan is not the one that was expected",
    "Planned again, the digest is another one. Nothing was changed. Review the plan, and "
    "give its digest.",
)
OTHER_VERB = error(
    "other-verb",
    "this plan is of another verb",
    "A plan is carried out by the verb that made it, and by no other. Give the file to "
    "`apply`, which knows the verb.",
)
