"""Defines codes of guards against a plan, of plan files, and of events during an apply."""

from provisioner.model.code import error, warning

DRIFT = error(
    "drift",
    "changed on the live side",
    "Somebody changed the live object, and apply does not overwrite that unless somebody has "
    "reviewed it. To keep the change, write it into the manifest. To overwrite it, pass "
    "`--overwrite-drift`, or save the plan, review it and apply the file.",
)
ROLLED_BACK = error(
    "rolled-back",
    "rolled back to an older release",
    "Somebody rolled the assistant back, and this plan would undo the rollback. Write the "
    "content of the older release into the manifest, or undo the rollback with "
    "`--overwrite-drift`.",
)
SECRET_NOT_SET = error(
    "secret-not-set",
    "needs a secret that is not here",
    "The object cannot be created without a secret whose environment variable is not set. Set "
    "the variable where the plan is applied.",
)
SECRET_NEEDED = warning(
    "secret-needed",
    "will need a secret that is not here",
    "A plan can be made without the secret. Before you apply it, set the environment variable of "
    "the secret, or write it into `.env`.",
)
OTHER_STACK = error(
    "other-stack",
    "another stack holds our addresses here",
    "No object on the target is ours, but another owner has objects with our addresses. If this "
    "stack was renamed, take them over with `adopt --owner`. If it is a copy of that stack, "
    "apply with `--new`.",
)
PROTECTED = error(
    "protected",
    "protected, and this plan would delete it",
    "The mark of the live object says `prevent_destroy`. Remove the protection in the manifest, "
    "or once with `--unprotect ADDRESS`.",
)
TOO_MANY_DELETES = error(
    "too-many-deletes",
    "more live objects would be deleted than max_delete_percent allows",
    "The plan deletes many objects at once, which is usually a mistake. If it is intended, raise "
    "`spec.guards.max_delete_percent`, or pass `--max-delete-percent` once.",
)
TOO_MANY_DOCUMENTS = error(
    "too-many-documents",
    "more documents would be removed than max_delete_percent allows",
    "The plan removes many documents of a store at once, which is usually a mistake. If it is "
    "intended, raise `spec.guards.max_delete_percent`, or pass `--max-delete-percent` once.",
)
NOT_SELECTED = error(
    "not-selected",
    "refers to what is not selected and does not exist yet",
    "The change refers to an object that does not exist yet and that `--select` excludes. Select "
    "that resource too.",
)
NAMESAKE = error(
    "namesake",
    "an object that is not ours has this name",
    "A foreign object has the name of the resource that would be created. If the object is this "
    "resource, adopt it. To create a second one beside it, pass `--new-object ADDRESS`.",
)
STILL_IN_USE = warning(
    "still-in-use",
    "still in use, so it is kept",
    "A live object refers to this object, which would otherwise be deleted. It stays, with our "
    "mark. A later apply deletes it when nothing refers to it any more.",
)
FILES_LEFT_FOR_GC = warning(
    "files-left-for-gc",
    "files are kept, because it was not checked if a store still contains them",
    "Before a file is deleted, every store must be asked if it contains the file. That "
    "would have taken more requests than `spec.guards.max_reads` allows. So the files "
    "were only detached. `gc` lists them.",
)
NOT_READ = warning(
    "not-read",
    "this kind could not be read",
    "The target refused to list the objects of a kind that no manifest declares. So it is not "
    "known if such objects exist and to what they refer. If you need that, give the key "
    "permission to list them.",
)
ODD_SHAPE = warning(
    "odd-shape",
    "a field has a shape that this version does not know",
    "The target returned a field in a form that this version cannot read. The object is not "
    "changed; all other objects are. Report the row to whoever runs the server.",
)
NO_ROOM_FOR_MARK = error(
    "no-room-for-mark",
    "no room for the mark",
    "The mark does not fit beside the present content of the object. Shorten the text, the "
    "metadata or the name of the resource.",
)
NOTHING_PUBLISHED = warning(
    "nothing-published",
    "the release registry is empty, but objects that releases may use exist",
    "The release registry is empty although stores and files of ours exist that releases "
    "may use. So none of them is deleted. Check that `releases` names the right registry.",
)
IS_GONE = error(
    "is-gone",
    "it is gone",
    "The object existed when the plan was made, and it has been deleted since. Plan again.",
)
EXISTS_NOW = error(
    "exists-now",
    "it exists now",
    "The object did not exist when the plan was made, and it exists now. Plan again.",
)
EDITED = error(
    "edited",
    "edited since this plan was made",
    "Somebody changed the live object after the plan was made. Nothing was changed. Plan again "
    "and review the new plan.",
)
OTHER_ID = error(
    "other-id",
    "it has another id now",
    "The plan refers to an object that has been replaced by another one since. Plan again.",
)
FILE_CHANGED = error(
    "file-changed",
    "a file has changed since this plan was made",
    "The file no longer has the content for which the plan was made. Nothing was changed. Plan "
    "again.",
)
NOT_A_PLAN = error(
    "not-a-plan",
    "this is not a saved plan",
    "The file could not be read as a plan. Name a file that `plan --out FILE` has written.",
)
BROKEN_PLAN = error(
    "broken-plan",
    "this plan file cannot be used",
    "The file was changed, cut short, or does not have the content of a plan. Nothing was "
    "changed. Make a new plan with `plan --out`.",
)
SENSITIVE_CHANGED = error(
    "sensitive-changed",
    "a sensitive value is not what it was when this plan was made",
    "A plan has only a digest of a secret, and the secret has changed since. Give the "
    "variables that the plan was made with, or plan again.",
)
OTHER_SETTINGS = error(
    "other-settings",
    "this plan was made for other settings",
    "The target in the Stack has other settings than it had when the plan was made. Nothing was "
    "changed. Plan again.",
)
OTHER_OUTCOME = error(
    "other-outcome",
    "this plan would not do what it says",
    "The saved plan was computed again from the present live side, and it has other changes now. "
    "Nothing was changed. Plan again.",
)
OUTSIDE_FOLDER = error(
    "outside-folder",
    "this plan names a manifest folder outside of the current one",
    "A plan file must not decide by itself which Stack is read. If the folder is the right one, "
    "name it with `--manifests`.",
)
OTHER_PLACE = error(
    "other-place",
    "this plan was made in another place",
    "The manifest folder of this plan does not exist here. Apply the plan where it was made, or "
    "name the folder with `--manifests`.",
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
    "There is no terminal on which to ask. Nothing was changed. Pass `--yes` to continue without "
    "a question.",
)
KEPT_OTHERWISE = warning(
    "kept-otherwise",
    "the server stored another value than was sent",
    "The mark records the value that the server returned, so that it is not shown as a difference. "
    "To see no such warning again, write the value of the server into the manifest.",
)
FILE_CHANGED_MEANWHILE = error(
    "file-changed-meanwhile",
    "a file changed while planning",
    "While the plan was made, the content of the file changed. Plan again.",
)
UNREADABLE_FILE = error(
    "unreadable-file",
    "a file cannot be read",
    "The operating system refused to read the file, or the file does not exist. Check the path "
    "and the permissions of this user.",
)
DUPLICATE_DELETED = warning(
    "duplicate-deleted",
    "a second object of the same address is deleted",
    "The answer to a create was lost, and the object was created twice. The older one stays.",
)
FILES_KEPT = warning(
    "files-kept",
    "files are kept",
    "Another object still refers to these files, so they are not deleted.",
)
CLOSING_LOOK_FAILED = error(
    "closing-look-failed",
    "could not look once more at what was made",
    "The changes were made, but the objects could not be read again. So it is not known if "
    "others changed them meanwhile. Plan again to see.",
)
OLD_VERSIONS_KEPT = warning(
    "old-versions-kept",
    "old versions are kept",
    "Old versions of the object could not be deleted. The next apply tries again.",
)
OLD_RELEASES_KEPT = warning(
    "old-releases-kept",
    "old releases could not be removed",
    "Old releases could not be deleted. The next apply tries again.",
)
UNDECLARED = error(
    "undeclared",
    "a value that no manifest sets was changed on the live side",
    "The Stack has `guards.undeclared: refuse`, and somebody changed a value that no manifest "
    "sets. Declare the value in a manifest, list it in `lifecycle.ignore_changes`, or accept it "
    "with `--accept-undeclared`.",
)
SERVER_RESOLVED = warning(
    "server-resolved",
    "the server answers with another version",
    "A server may return a more exact version of a name, such as that of a model. This is not a "
    "difference, and nothing is written. To pin the version, write the exact name into the "
    "manifest.",
)
MADE_TWICE = error(
    "made-twice",
    "another run made a second one",
    "Two runs at the same time both created an object with this address. The next plan decides "
    "which of the two stays.",
)
MADE_AGAIN = error(
    "made-again",
    "another run made it again",
    "Another run created again what this run deleted. Plan again to see what exists.",
)
GONE_MEANWHILE = error(
    "gone-meanwhile",
    "somebody deleted it meanwhile",
    "Somebody deleted an object that this run did not change. Plan again to see what exists.",
)
FILES_UNKNOWN = error(
    "files-unknown",
    "could not look which files are needed",
    "The changes were made, but the lists that show which files are in use could not be read. So "
    "no file was deleted. Apply again.",
)
POSSIBLY_LEFT = warning(
    "possibly-left",
    "files may be left on the account",
    "The answer to an upload was lost, so the file was sent again. If the first upload succeeded "
    "after all, its file stays on the account. With `file_names: marked`, such files can be "
    "recognised.",
)
NO_ATTRIBUTES_KEPT = warning(
    "no-attributes-kept",
    "this server keeps no attributes of documents",
    "Documents of a store are identified by their attributes, and this server loses them. Set "
    "`file_names: marked` in the Stack: then the file names identify the documents.",
)
NOT_REPLACEABLE = error(
    "not-replaceable",
    "cannot be sent once more",
    "`--replace` accepts the address of an object that is declared, selected, and live on the "
    "target. It does not accept a File, which is uploaded again when its content changes, or an "
    "object that contains others.",
)
DOCUMENT_OUTSIDE = error(
    "document-outside",
    "a document outside of the manifest folder",
    "The plan names a path outside of the manifest folder, or a symbolic link to the outside. "
    "The file was not read. Move it into the folder, and plan again.",
)
EARLIER_PLAN = error(
    "earlier-plan",
    "this plan file was written by another version",
    "The file has the plan format of another version. Nothing was changed. Plan again.",
)
SENSITIVE_MISPLACED = error(
    "sensitive-misplaced",
    "the plan needs a secret where the manifests have none",
    "A plan file contains no secrets. Apply reads them from the manifests on disk, at the "
    "same address and path, and there is none at this place. Nothing was changed. Plan "
    "again.",
)
STILL_THERE = error(
    "still-there",
    "deleted, and still there",
    "The server answered that the object was deleted, but still lists it. Plan again.",
)
OTHER_DIGEST = error(
    "other-digest",
    "the plan is not the one that was expected",
    "The plan was computed again and its digest is not the expected one. Nothing was changed. "
    "Review the plan, and give its digest.",
)
OTHER_VERB = error(
    "other-verb",
    "this plan is of another verb",
    "The plan was made by another command. Give the file to `apply`, which performs the plans of "
    "every command.",
)
