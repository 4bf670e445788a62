"""Codes of names and ids: renamed resources, and objects that are borrowed."""

from provisioner.model.code import error, warning

BOTH_LIVE = error(
    "both-live",
    "renamed, and both addresses are live",
    "A resource names a former address in `metadata.formerly`, and objects of ours are live at both"
    " addresses, or at two former ones. Only one of them can be meant. Take the other one out of"
    " `formerly`.",
)
LIKELY_RENAME = warning(
    "likely-rename",
    "looks like a resource under another name",
    "The plan would create a resource and delete one of the same kind and content. If it was"
    " renamed, name the former name in `metadata.formerly`: then the live object stays, with its id"
    " and its knowledge.",
)
BORROWED_GONE = error(
    "borrowed-gone",
    "a borrowed object is not there",
    "A document names the id of an object that somebody else manages, and the target has no such"
    " object. Name another id, or remove the document and what refers to it.",
)
BORROWED_IS_OURS = error(
    "borrowed-is-ours",
    "a borrowed object is one of ours",
    "A document names the id of an object that this very stack manages. What is managed here is"
    " referred to by its name.",
)
BORROWED_DOCUMENT = error(
    "borrowed-document",
    "a borrowed file cannot be a document of a store",
    "A store of this stack holds files whose content is in the folder. A file that is only known by"
    " its id can go to a code interpreter; for search, borrow a whole store.",
)
BORROWED_WITH_FIELDS = error(
    "borrowed-with-fields",
    "`id` stands beside other fields",
    "A spec with an `id` borrows an object that somebody else manages, so nothing else can be said of"
    " it. Remove the other fields, or remove `id` and declare the object.",
)
FORMER_NAME_DECLARED = error(
    "former-name-declared",
    "a former name is still declared",
    "`metadata.formerly` names a resource that the folder still declares, so nothing was renamed."
    " Remove the other document, or take the name out of `formerly`.",
)
FORMER_NAME_TWICE = error(
    "former-name-twice",
    "two resources were formerly the same",
    "Two resources name the same address in `metadata.formerly`, and one live object cannot become"
    " two. Remove the name from one of them.",
)
