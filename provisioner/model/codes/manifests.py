"""Codes of what is wrong with a folder of manifests: files, YAML, fields and references."""

from provisioner.model.code import error, warning

NOT_A_FOLDER = error(
    "not-a-folder",
    "not a folder",
    "The path that was given names a file. Name the folder that holds the manifests.",
)
NO_SUCH_FOLDER = error(
    "no-such-folder",
    "no such folder",
    "The folder of manifests does not exist. Name another one, or write a first one with "
    "`provisioner init`.",
)
NO_MANIFESTS = error(
    "no-manifests",
    "no manifests",
    "The folder holds no manifest. Name another folder, or write a first manifest with "
    "`provisioner init`.",
)
NO_STACK = error(
    "no-stack",
    "no Stack",
    "No document of the folder is of `kind: Stack`, so nobody knows whose the assistants are "
    "and where they live. Add one.",
)
SECOND_STACK = error(
    "second-stack",
    "a second Stack",
    "A folder holds exactly one Stack. Remove one of the two, or put it into a folder of its own.",
)
UNREADABLE_FOLDER = error(
    "unreadable-folder",
    "cannot read a folder",
    "The operating system refused to list a folder. Nothing was planned, because a folder "
    "that is not read must never look empty. Give this user the right to read it.",
)
UNREADABLE_MANIFEST = error(
    "unreadable-manifest",
    "cannot read a manifest",
    "The operating system refused to read a file. Nothing was planned, because what is not "
    "read must never look deleted. Give this user the right to read it.",
)
MANIFEST_TOO_LARGE = error(
    "manifest-too-large",
    "a manifest of more than 16 MB",
    "One document is read whole, so its size is bounded. Put its long texts into files of their own. "
    "A file may hold many documents.",
)
NOT_UTF8 = error("not-utf8", "not UTF-8 text", "The file is not valid UTF-8. Save it as UTF-8.")
NAME_NOT_UTF8 = error(
    "name-not-utf8",
    "a file's name is not UTF-8",
    "The name of a file holds bytes that are no UTF-8, and no request can carry it. Rename the file, "
    "or leave it out with `exclude`.",
)
NUL_IN_TEXT = error(
    "nul-in-text",
    "a text with a NUL",
    "A text holds the character NUL, which no API stores. Remove it. A file with a NUL in it is "
    "mostly no text at all.",
)
IGNORED_BY_GIT = warning(
    "ignored-by-git",
    "a file that git ignores",
    "A file that is applied from here is in no commit, so whoever applies from another checkout "
    "removes it again. Commit the file, or leave it out with `exclude`.",
)
LFS_POINTER = error(
    "lfs-pointer",
    "a pointer of Git LFS stands there, not the file",
    "The checkout has not fetched the file's content. Run `git lfs pull` before you plan.",
)
CONFLICT_MARKERS = error(
    "conflict-markers",
    "a merge that nobody finished",
    "The file has the markers that Git leaves between two versions. Merge them and remove the markers.",
)
NOT_A_MANIFEST = error(
    "not-a-manifest",
    "not a manifest",
    "A YAML document has neither `apiVersion` nor `kind`. Add both, or move the file out of "
    "the folder.",
)
NOT_YAML = error(
    "not-yaml",
    "this is not YAML",
    "The parser cannot read the file. The detail names the place and the usual cause.",
)
NESTED_TOO_DEEPLY = error(
    "nested-too-deeply",
    "nested too deeply",
    "A document has more levels than any manifest needs. Simplify it.",
)
LEADING_ZERO = error(
    "leading-zero",
    "a number that begins with 0",
    "Such a number is decimal to this program and octal to older readers of YAML. Quote it if it is "
    "a text, or write it without the zero, or with `0o`.",
)
DUPLICATE_KEY = error(
    "duplicate-key",
    "duplicate key",
    "A mapping has the same key twice, and only one of the two values would count. Remove one.",
)
UNKNOWN_TAG = error(
    "unknown-tag",
    "unknown YAML tag",
    "Manifests are plain data: tags such as `!!python` are not read. Remove the tag.",
)
TOO_MANY_VALUES = error(
    "too-many-values",
    "too many values",
    "Aliases make the document larger than any manifest is. Write fewer of them.",
)
KEY_NOT_TEXT = error(
    "key-not-text",
    "a key must be text",
    "A key is a number, a date, a list or a mapping. Put it in quotes.",
)
NOTHING_TO_MERGE = error(
    "nothing-to-merge",
    "nothing to merge",
    "`<<` merges mappings only. Give it an alias of a mapping.",
)
UNKNOWN_API_VERSION = error(
    "unknown-api-version",
    "unknown apiVersion",
    "The document is of another version of the manifest language. Write the version that the "
    "detail names.",
)
UNKNOWN_KIND = error(
    "unknown-kind",
    "unknown kind",
    "There is no such kind of resource. The detail lists the kinds. Write one of them.",
)
UNKNOWN_FIELD = error(
    "unknown-field",
    "unknown field",
    "The kind has no field of this name. The detail says which names are known, and which one "
    "may be meant. Correct the name, or remove the field.",
)
MISSING_FIELD = error(
    "missing-field", "missing field", "A field that the kind needs is not set. Set it."
)
WRONG_TYPE = error(
    "wrong-type",
    "wrong type",
    "The value is of another type than the field. The detail says which type is expected. "
    "Write a value of that type.",
)
UNKNOWN_VALUE = error(
    "unknown-value",
    "unknown value",
    "The field takes one of a few values, and this is none of them. The detail lists them. "
    "Write one of them.",
)
NUMBER_BELOW_LIMIT = error(
    "number-below-limit",
    "a number below the limit",
    "The number is smaller than the field allows. Write a larger number.",
)
NUMBER_ABOVE_LIMIT = error(
    "number-above-limit",
    "a number above the limit",
    "The number is larger than the field allows. Write a smaller number.",
)
TEXT_TOO_LONG = error(
    "text-too-long", "text too long", "The text is longer than the API takes. Shorten it."
)
TOO_MANY_KEYS = error(
    "too-many-keys",
    "too many keys",
    "The mapping has more keys than fit. Of the 16 metadata keys of an object, four are kept "
    "for the mark. Remove some.",
)
TOO_MANY_ITEMS = error(
    "too-many-items", "too many items", "The list is longer than the API takes. Remove some."
)
WRONG_FORM = error(
    "wrong-form",
    "not the right form",
    "The text does not have the form that the field needs. The detail describes the form. "
    "Write it in that form.",
)
NOT_A_VARIABLE_NAME = error(
    "not-a-variable-name",
    "not the name of a variable",
    "The field takes the NAME of an environment variable, never its value. If a secret "
    "stands there, remove it and replace the secret.",
)
ITEM_TWICE = error(
    "item-twice",
    "an item stands twice",
    "The list holds the same item twice. Remove one of the two.",
)
EMPTY = error(
    "empty", "empty", "The field is set, and to nothing. Leave it out, or give it a value."
)
NOT_ALLOWED_HERE = error(
    "not-allowed-here",
    "not allowed here",
    "The value does not fit the schema of the field. Write what the detail asks for.",
)
BAD_KEY = error(
    "bad-key",
    "bad key",
    "A key of this mapping has a form that the API does not take. Rename the key.",
)
RESERVED_KEY = error(
    "reserved-key",
    "reserved key",
    "Keys that begin with `provisioner.` hold the mark. Choose another key.",
)
SAME_ADDRESS_TWICE = error(
    "same-address-twice",
    "the same address twice",
    "Two documents declare one address. Rename one of the two.",
)
UNKNOWN_REFERENCE = error(
    "unknown-reference",
    "unknown reference",
    "The manifest refers to a resource that no manifest declares. Declare the resource, or "
    "correct the name.",
)
CIRCULAR_REFERENCES = error(
    "circular-references",
    "resources refer to each other",
    "Resources refer to each other in a circle, so none can be made first. Break the circle.",
)
UNKNOWN_PATH = error(
    "unknown-path",
    "unknown path",
    "The text is no path of a field of this kind. Write the path as `plan` prints it.",
)
UNUSED_FUNCTION = warning(
    "unused-function",
    "an unused function",
    "Nothing refers to this Function, so it becomes part of no assistant. Refer to it, or "
    "remove it.",
)
UNUSED_FILE = warning(
    "unused-file",
    "an unused file",
    "Nothing refers to this File, so it is not uploaded. Refer to it, or remove it.",
)
NOTHING_DECLARED = error(
    "nothing-declared",
    "nothing is declared",
    "The folder declares no resource. An empty folder is never a deletion: to delete "
    "everything, use `provisioner destroy`.",
)
SENSITIVE_NOT_ALLOWED = error(
    "sensitive-not-allowed",
    "a sensitive value cannot stand here",
    "A sensitive variable may only stand where any text may, because plans and paths would "
    "have to show it elsewhere. Use a variable that is not sensitive there.",
)
FILE_DOES_NOT_EXIST = error(
    "file-does-not-exist",
    "a file does not exist",
    "The manifest names a file that is not there. Correct the path, which is relative to the "
    "manifest, or add the file.",
)
NOT_A_FILE = error(
    "not-a-file",
    "not a file",
    "The manifest names a folder where a file belongs, or a pipe, a socket or a device, which "
    "cannot be read to its end. Name a regular file.",
)
PATH_LEAVES_FOLDER = error(
    "path-leaves-folder",
    "a path leaves the manifest folder",
    "Everything that is applied stands in the folder of manifests. Move the file into it; "
    "symbolic links that lead outside are not followed.",
)
NOT_JSON = error(
    "not-json",
    "not JSON",
    "The file has to hold JSON, and does not. Correct the file at the place that the detail names.",
)
SECOND_DOCUMENT = error(
    "second-document",
    "a second YAML document",
    "A file that holds one value, such as a schema or the values of variables, has a second "
    "document, which nobody would read. Move it into a file of its own, or remove it.",
)
SAME_DOCUMENT_TWICE = error(
    "same-document-twice",
    "the same document twice",
    "A store names one file twice. Remove one of the two.",
)
NOT_SEARCHED = warning(
    "not-searched",
    "file_search does not read this type of file",
    "The file is uploaded, and file_search will not find anything in it. Convert it to a "
    "type that file_search reads.",
)
UNREADABLE_CONTENT = error(
    "unreadable-content",
    "cannot read a file",
    "The operating system refused to read a file that a manifest names. Give this user the "
    "right to read it.",
)
FOLDER_BEHIND_LINK = error(
    "folder-behind-link",
    "a folder behind a link",
    "A glob would follow a symbolic link into a folder. Name the files where they really stand.",
)
NOT_A_GLOB = error(
    "not-a-glob", "not a glob", "The pattern cannot be used. One looks like `knowledge/**/*.md`."
)
GLOB_MATCHES_NOTHING = error(
    "glob-matches-nothing",
    "a glob matches nothing",
    "No file fits the pattern. Mend the pattern: a store is never emptied by a slip of the hand.",
)
FILE_EMPTY = error(
    "file-empty",
    "a file is empty",
    "The API takes no empty files. Put something into the file, or leave it out.",
)
