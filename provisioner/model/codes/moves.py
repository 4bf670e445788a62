"""Codes of `migrate`, `rollback`, `adopt` and `forget`: refusals, and what they tell."""

from provisioner.model.code import error, warning

NOT_MIGRATABLE = error(
    "not-migratable",
    "not everything can live on the target",
    "Some fields would be lost that nobody agreed to lose. Add them to the target's `drop`, "
    "change the manifests, or choose another target.",
)
CANNOT_LEAVE = error(
    "cannot-leave",
    "cannot be retired on the source",
    "Something that does not move needs the object. Select that as well, or let the object "
    "live on both targets with `--keep-source`.",
)
USED_BY_OTHER_SIDE = error(
    "used-by-other-side",
    "would go while the source still uses it",
    "Both targets reach one account, and live objects of the source refer to the object. "
    "Apply to the source first.",
)
SOURCE_UNREAD = error(
    "source-unread",
    "the source cannot be read, and that does not prove that it is gone",
    "Nothing was changed. If the source is gone for good, apply to the new target.",
)
SOURCE_GONE = warning(
    "source-gone",
    "nothing is left to retire on the source",
    "The host says that its API is gone, so there is nothing to compare with and nothing to "
    "retire.",
)
SOURCE_BEHIND = warning(
    "source-behind",
    "not what its manifest says on the source",
    "The source was not applied lately. The target gets what the manifest says.",
)
FOREIGN_DOCUMENTS = warning(
    "foreign-documents",
    "holds documents of others",
    "Somebody attached files that no manifest declares. They do not move along.",
)
NOT_VERIFIED = error(
    "not-verified",
    "the target is not yet what the manifests say",
    "Read again after it was made, the target differs. Nothing was retired.",
)
NOTHING_RETIRED = error(
    "nothing-retired",
    "nothing was retired on the source",
    "The migration stopped before anything was deleted. Run `migrate` again: it goes on from there.",
)
MOVED_MEANWHILE = error(
    "moved-meanwhile",
    "somebody changed what was being moved",
    "The source was edited during the migration. Nothing was retired. Run it again to "
    "see the difference.",
)
ONE_PLACE = error(
    "one-place",
    "both targets lead to one place",
    "Both targets hold the same live objects, so there is nothing to move. Give the new target "
    "another `data`, `releases`, project or host.",
)
SAME_TARGET_TWICE = error(
    "same-target-twice",
    "the move comes from where it goes",
    "Name two targets: with `--from` the one that is left, with `--to` the one that is moved to.",
)
NO_SUCH_RELEASE_HERE = error(
    "no-such-release-here",
    "there is no such release",
    "The assistant has no kept release of this number. `show --releases ADDRESS` lists those "
    "that are kept.",
)
NO_RELEASE_BEFORE = error(
    "no-release-before",
    "there is no release to go back to",
    "Only one release is kept. There is nothing older.",
)
ASSISTANT_DELETED = error(
    "assistant-deleted",
    "it was deleted",
    "The newest release says that the assistant was deleted. Apply its manifest to publish "
    "it again.",
)
RELEASE_NAMES_GONE = error(
    "release-names-gone",
    "the release names what is not there any more",
    "An application could not use the older release. Go back to another release, or put its "
    "texts into the manifest.",
)
PUBLISHED_MEANWHILE = error(
    "published-meanwhile",
    "somebody else published in the meantime",
    "Another release was published after this one was shown. Nothing was changed. Look again.",
)
BECOMES_A_COPY = warning(
    "becomes-a-copy",
    "the newest release becomes a copy of an older one",
    "Applications use the copy at once. A rollback does not change the manifests, so plan and drift "
    "show the difference until you change them too.",
)
SAME_RELEASE = warning(
    "same-release",
    "there is nothing to roll back",
    "The release that was asked for has the same content as the current one. Choose another one "
    "with `--to`.",
)
NO_RELEASES = error(
    "no-releases",
    "it has no releases here",
    "Only assistants of a target of the runtime `responses` have releases.",
)
NEVER_PUBLISHED = error(
    "never-published",
    "it was never published here",
    "The registry holds no release of this assistant. Apply it first.",
)
FILE_NOT_ADOPTABLE = error(
    "file-not-adoptable",
    "a file cannot be adopted",
    "Files carry no metadata, so no mark can be put on one. Apply uploads the file again.",
)
NOT_ADOPTABLE = error(
    "not-adoptable",
    "it cannot be adopted",
    "Objects of this kind cannot carry a mark that is written later. The detail says what to do.",
)
PARENT_ABSENT = error(
    "parent-absent",
    "what it lies inside of has no live object",
    "Adopt or apply the outer object first.",
)
ALREADY_OURS = error("already-ours", "it is this resource already", "There is nothing to adopt.")
ADDRESS_TAKEN = error(
    "address-taken",
    "the address already has a live object",
    "An address has one live object. Destroy that one first, or declare another resource for "
    "this object. `show` lists what is live.",
)
MADE_BY_AGENT = error(
    "made-by-agent",
    "it was made by an agent",
    "What an agent makes for itself stays its own. Apply makes one that is yours.",
)
OWNED_BY_OTHER = error(
    "owned-by-other",
    "it has an owner already",
    "An object has one owner, who would miss it. If that owner became this stack, use `adopt "
    "--owner`.",
)
OUR_OTHER_ADDRESS = error(
    "our-other-address",
    "it is another resource of ours",
    "The object belongs to another address of this stack. Rename that resource, or destroy "
    "it first.",
)
THIS_STACK = error(
    "this-stack",
    "the owner is this stack itself",
    "The objects of this stack need no adoption. Name the owner that the objects have now.",
)
LEFT_ALONE = warning(
    "left-alone",
    "it is left alone",
    "The object stays with its present owner. The detail says why.",
)
DIFFERS = warning(
    "differs",
    "it is not what the manifest says",
    "The object is taken over as it is. The next plan shows what the manifest would change.",
)
HOLDS_FILES = warning(
    "holds-files",
    "it holds files already",
    "The files of an adopted vector store stay, and what is declared is added beside them.",
)
STILL_DECLARED = error(
    "still-declared",
    "a manifest declares it still",
    "What is declared would be made again by the next apply. Take it out of the manifests first, "
    "then forget it.",
)
NOT_FORGETTABLE = error(
    "not-forgettable",
    "it cannot be forgotten",
    "Objects of this kind carry no mark that could be taken off. The detail says what to do.",
)
BORROWED_ELSEWHERE = warning(
    "borrowed-elsewhere",
    "a borrowed id has to exist on the target too",
    "A migration moves nothing that somebody else manages. The manifest borrows an object by its id, and "
    "the target reaches another account. Have the object made there, and name its id in a patch of the "
    "environment, or declare it so that it is made and managed here.",
)
NOT_OURS_HERE = error(
    "not-ours-here",
    "nothing on this target carries its mark",
    "There is nothing to forget: no live object of this stack and environment has the address.",
)
KEEPS_ATTRIBUTES = warning(
    "keeps-attributes",
    "its files keep the attributes that were written to them",
    "Nothing of a forgotten vector store is deleted, and nothing of it is managed any more.",
)

NO_RELEASE_NAME = error(
    "no-release-name",
    "--release names no release",
    "`--release` takes ENVIRONMENT:NUMBER for one assistant, or ENVIRONMENT for the current release of "
    "each assistant that is chosen.",
)
NOT_SEALED = error(
    "not-sealed",
    "the tested release has no seal",
    "Nobody can tell whether it is what was published, so it is not published anywhere else. Publish it "
    "again in the environment where it is tested.",
)
NOT_MAPPED = error(
    "not-mapped",
    "the tested release cannot be carried over exactly",
    "It names a store or a file that has no counterpart here, holds a secret of its environment, or was "
    "written by another version. Nothing was changed. The detail says what to do.",
)
OTHER_KNOWLEDGE = warning(
    "other-knowledge",
    "the release was tested with other documents",
    "A store of this environment holds, or gets by this plan, other documents than the store that the "
    "release was tested with. Bring them to the same state, or test again.",
)
