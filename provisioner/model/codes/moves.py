"""Defines codes of `migrate`, `rollback`, `adopt` and `forget`."""

from provisioner.model.code import error, warning

NOT_MIGRATABLE = error(
    "not-migratable",
    "not everything can live on the target",
    "The new target does not support some fields, and nobody has agreed to lose them. Add them "
    "to the target's `drop`, change the manifests, or choose another target.",
)
CANNOT_LEAVE = error(
    "cannot-leave",
    "cannot be retired on the source",
    "A resource that is not part of this migration refers to the object. Select that resource "
    "too, or keep the object on both targets with `--keep-source`.",
)
USED_BY_OTHER_SIDE = error(
    "used-by-other-side",
    "would be deleted while the source still uses it",
    "Both targets use the same account, and live objects of the source refer to the "
    "object, which would be deleted. Apply to the source first.",
)
SOURCE_UNREAD = error(
    "source-unread",
    "the source cannot be read, and that does not prove that it is gone",
    "The source gave no answer, which does not prove that its objects are gone. Nothing was "
    "changed. If the source is gone for good, apply to the new target.",
)
SOURCE_GONE = warning(
    "source-gone",
    "nothing is left to retire on the source",
    "The host answers that its API has ended, so there is nothing to compare with and nothing to "
    "delete.",
)
SOURCE_BEHIND = warning(
    "source-behind",
    "not what its manifest says on the source",
    "The live object on the source differs from its manifest. The new target gets what the "
    "manifest says.",
)
FOREIGN_DOCUMENTS = warning(
    "foreign-documents",
    "holds documents of others",
    "Somebody attached files that no manifest declares. They are not copied to the new target.",
)
NOT_VERIFIED = error(
    "not-verified",
    "the target is not yet what the manifests say",
    "After the objects were created, they were read again, and they differ from the manifests. "
    "Nothing was deleted on the source. Run `migrate` again: it continues there.",
)
NOTHING_RETIRED = error(
    "nothing-retired",
    "nothing was retired on the source",
    "The migration stopped before anything was deleted on the source. Run `migrate` again: it "
    "continues there.",
)
MOVED_MEANWHILE = error(
    "moved-meanwhile",
    "somebody changed what was being moved",
    "Somebody edited the source during the migration. Nothing was deleted on it. Run the "
    "migration again to see the difference.",
)
ONE_PLACE = error(
    "one-place",
    "both targets lead to one place",
    "Both targets have the same live objects, so there is nothing to migrate. Give the new "
    "target another `data`, `releases`, project or host.",
)
SAME_TARGET_TWICE = error(
    "same-target-twice",
    "source and new target are the same",
    "Both options name the same target. Name the present target with `--from`, and the new one "
    "with `--to`.",
)
NO_SUCH_RELEASE_HERE = error(
    "no-such-release-here",
    "there is no such release",
    "The assistant has no kept release with this number. `show --releases ADDRESS` lists the kept "
    "releases.",
)
NO_RELEASE_BEFORE = error(
    "no-release-before",
    "there is no release to go back to",
    "The assistant has only one kept release, so there is no older one to publish again.",
)
ASSISTANT_DELETED = error(
    "assistant-deleted",
    "it was deleted",
    "The newest release is the note that the assistant was deleted. Apply its manifest to "
    "publish the assistant again.",
)
RELEASE_NAMES_GONE = error(
    "release-names-gone",
    "the release names what is not there any more",
    "The older release refers to a store or a file that no longer exists, so applications could "
    "not use it. Roll back to another release, or copy its texts into the manifest.",
)
PUBLISHED_MEANWHILE = error(
    "published-meanwhile",
    "somebody else published in the meantime",
    "Another release was published after this plan was shown. Nothing was changed. Run the "
    "command again and review the plan.",
)
BECOMES_A_COPY = warning(
    "becomes-a-copy",
    "the newest release becomes a copy of an older one",
    "Applications use the copy at once. The manifests are not changed, so `plan` and `drift` "
    "show a difference until you change them too.",
)
SAME_RELEASE = warning(
    "same-release",
    "there is nothing to roll back",
    "The chosen release has the same content as the current one. Choose another one with `--to`.",
)
NO_RELEASES = error(
    "no-releases",
    "it has no releases here",
    "Only assistants of a target of the runtime `responses` have releases.",
)
NEVER_PUBLISHED = error(
    "never-published",
    "it was never published here",
    "The registry contains no release of this assistant. Apply its manifest first.",
)
FILE_NOT_ADOPTABLE = error(
    "file-not-adoptable",
    "a file cannot be adopted",
    "A file has no metadata, so our mark cannot be written to it. Apply uploads the file again "
    "instead.",
)
NOT_ADOPTABLE = error(
    "not-adoptable",
    "it cannot be adopted",
    "Our mark cannot be added to an existing object of this kind. The detail says what to do "
    "instead.",
)
PARENT_ABSENT = error(
    "parent-absent",
    "the object that contains it is not managed yet",
    "The object is inside of another object that is not managed yet. Adopt or apply the outer "
    "object first.",
)
ALREADY_OURS = error(
    "already-ours",
    "it is this resource already",
    "The object has our mark with this address already. There is nothing to adopt.",
)
ADDRESS_TAKEN = error(
    "address-taken",
    "the address already has a live object",
    "An address can have only one live object. Destroy that object first, or declare another "
    "resource for this one. `show` lists the live objects.",
)
MADE_BY_AGENT = error(
    "made-by-agent",
    "it was made by an agent",
    "An object that an agent made for itself cannot be managed. Apply creates a new one that is "
    "yours.",
)
OWNED_BY_OTHER = error(
    "owned-by-other",
    "it has an owner already",
    "The object has the mark of another owner, who may still manage it. If this stack took the "
    "place of that owner, use `adopt --owner`.",
)
OUR_OTHER_ADDRESS = error(
    "our-other-address",
    "it is another resource of ours",
    "The object has our mark with another address of this stack. Rename that resource, or "
    "destroy it first.",
)
THIS_STACK = error(
    "this-stack",
    "the owner is this stack itself",
    "The objects of this stack need no adoption. Name the owner that is in the marks of the "
    "objects now.",
)
LEFT_ALONE = warning(
    "left-alone",
    "it is left alone",
    "The object keeps its present owner. The detail says why.",
)
DIFFERS = warning(
    "differs",
    "it is not what the manifest says",
    "The object is adopted without any change of its fields. The next plan shows what the "
    "manifest would change.",
)
HOLDS_FILES = warning(
    "holds-files",
    "it holds files already",
    "The files of an adopted vector store stay in it. Declared files are added to them.",
)
STILL_DECLARED = error(
    "still-declared",
    "a manifest declares it still",
    "The next apply would create the resource again. Remove it from the manifests, then forget it.",
)
NOT_FORGETTABLE = error(
    "not-forgettable",
    "it cannot be forgotten",
    "Our mark cannot be removed from an object of this kind. The detail says what to do instead.",
)
BORROWED_ELSEWHERE = warning(
    "borrowed-elsewhere",
    "a borrowed id has to exist on the target too",
    "The manifest refers by id to an object that somebody else manages, and the new target uses "
    "another account, where this id does not exist. Have the object created there and set its id "
    "in a patch of the environment. Or declare the object, so that it is created and managed "
    "here.",
)
NOT_OURS_HERE = error(
    "not-ours-here",
    "nothing on this target carries its mark",
    "There is nothing to forget: no live object with the mark of this stack and environment has "
    "this address.",
)
KEEPS_ATTRIBUTES = warning(
    "keeps-attributes",
    "its files keep the attributes that were written to them",
    "The vector store and its files stay, with the attributes that we wrote. They are no longer "
    "managed.",
)

NO_RELEASE_NAME = error(
    "no-release-name",
    "--release names no release",
    "`--release` takes ENVIRONMENT:NUMBER for one assistant, or ENVIRONMENT for the current "
    "release of each selected assistant.",
)
NOT_SEALED = error(
    "not-sealed",
    "the tested release has no seal",
    "Without a seal nothing proves that the release is still as it was published, so it is not "
    "published anywhere else. Publish it again in the environment where it was tested.",
)
NOT_MAPPED = error(
    "not-mapped",
    "the tested release cannot be carried over exactly",
    "The release refers to a store or a file that has no counterpart in this environment, "
    "contains a secret of its own environment, or was written by another version. Nothing was "
    "changed. The detail says what to do.",
)
OTHER_KNOWLEDGE = warning(
    "other-knowledge",
    "the release was tested with other documents",
    "A store of this environment contains other documents than the store with which the release "
    "was tested, or gets other documents with this plan. Make both stores equal, or test again.",
)
