"""Defines codes of renamed resources, and of borrowed objects, which a manifest names only by id."""

from provisioner.model.code import error, warning

BOTH_LIVE = error(
    "both-live",
    "renamed, and both addresses are live",
    "Two of our live objects have addresses that belong to one resource: its own and one in "
    "`metadata.formerly`, or two in `formerly`. Only one of them can be this resource. Remove "
    "the other address from `formerly`.",
)
LIKELY_RENAME = warning(
    "likely-rename",
    "looks like a resource under another name",
    "The plan would create a resource and delete another one of the same kind and content. If it "
    "was renamed, write the former name into `metadata.formerly`: then the live object stays, "
    "with its id and its documents.",
)
BORROWED_GONE = error(
    "borrowed-gone",
    "a borrowed object is not there",
    "A manifest refers by id to an object that somebody else manages, and the target has no such "
    "object. Write another id, or remove the manifest and all references to it.",
)
BORROWED_IS_OURS = error(
    "borrowed-is-ours",
    "a borrowed object is one of ours",
    "A manifest refers by id to an object that this stack manages. Refer to that resource by its "
    "name instead.",
)
BORROWED_DOCUMENT = error(
    "borrowed-document",
    "a borrowed file cannot be a document of a store",
    "A store can be filled only from files in the manifest folder. A file that is known only by "
    "its id can be given to a code interpreter. For `file_search`, borrow a whole store by its "
    "id.",
)
BORROWED_WITH_FIELDS = error(
    "borrowed-with-fields",
    "`id` stands beside other fields",
    "A spec with `id` refers to an object that somebody else manages, so no other field can be "
    "set. Remove the other fields, or remove `id` to declare the object yourself.",
)
FORMER_NAME_DECLARED = error(
    "former-name-declared",
    "a former name is still declared",
    "`metadata.formerly` has the name of a resource that the folder still declares, so nothing "
    "was renamed. Remove that other manifest, or remove the name from `formerly`.",
)
FORMER_NAME_TWICE = error(
    "former-name-twice",
    "two resources were formerly the same",
    "Two resources have the same address in `metadata.formerly`, but one live object cannot "
    "become two. Remove the name from one of them.",
)
