"""Defines codes of mistakes in a folder of manifests: files, YAML, fields and references."""

from provisioner.model.code import error, warning

NOT_A_FOLDER = error(
    "not-a-folder",
    "not a folder",
    "The path is a file. Name the folder that contains the manifests.",
)
NO_SUCH_FOLDER = error(
    "no-such-folder",
    "no such folder",
    "The folder of manifests does not exist. Name another folder, or write a first manifest with "
    "`provisioner init`.",
)
NO_MANIFESTS = error(
    "no-manifests",
    "no manifests",
    "The folder contains no manifest. Name another folder, or write a first manifest with "
    "`provisioner init`.",
)
NO_STACK = error(
    "no-stack",
    "no Stack",
    "No manifest in the folder has `kind: Stack`, which says who owns the assistants and on "
    "which targets they live. Add one.",
)
SECOND_STACK = error(
    "second-stack",
    "a second Stack",
    "A folder must contain exactly one Stack. Remove one of the two, or move it to another folder.",
)
UNREADABLE_FOLDER = error(
    "unreadable-folder",
    "cannot read a folder",
    "The operating system refused to list a folder. Nothing was planned, because the resources "
    "in it would look deleted. Give this user permission to read it.",
)
UNREADABLE_MANIFEST = error(
    "unreadable-manifest",
    "cannot read a manifest",
    "The operating system refused to read a file. Nothing was planned, because the resources in "
    "it would look deleted. Give this user permission to read it.",
)
MANIFEST_TOO_LARGE = error(
    "manifest-too-large",
    "a manifest of more than 16 MB",
    "The size of one manifest is limited, because it is read as a whole. Move its long texts to "
    "separate files. One file may contain many manifests.",
)
NOT_UTF8 = error("not-utf8", "not UTF-8 text", "The file is not valid UTF-8. Save it as UTF-8.")
NAME_NOT_UTF8 = error(
    "name-not-utf8",
    "a file's name is not UTF-8",
    "The name of a file contains bytes that are not UTF-8, and no request can contain them. "
    "Rename the file, or leave it out with `exclude`.",
)
NUL_IN_TEXT = error(
    "nul-in-text",
    "a text with a NUL",
    "A text contains a NUL, which no API stores. Remove it, or leave the file out.",
)
IGNORED_BY_GIT = warning(
    "ignored-by-git",
    "a file that git ignores",
    "The file is applied from here, but it is in no commit. Whoever applies another checkout "
    "deletes its content from the target. Commit it, or leave it out with `exclude`.",
)
LFS_POINTER = error(
    "lfs-pointer",
    "a pointer of Git LFS stands there, not the file",
    "Git LFS has left a pointer in place of the file. Run `git lfs pull` and plan again.",
)
CONFLICT_MARKERS = error(
    "conflict-markers",
    "a merge that nobody finished",
    "The file contains the markers that Git writes around the two versions of a conflict. Merge "
    "the versions and remove the markers.",
)
NOT_A_MANIFEST = error(
    "not-a-manifest",
    "not a manifest",
    "A YAML document has neither `apiVersion` nor `kind`. Add both, or move the file out of the "
    "folder.",
)
NOT_YAML = error(
    "not-yaml",
    "this is not YAML",
    "The parser cannot read the file. The detail names the place and the usual cause.",
)
NESTED_TOO_DEEPLY = error(
    "nested-too-deeply",
    "nested too deeply",
    "A YAML document has more levels than any manifest needs. Write it with fewer levels.",
)
LEADING_ZERO = error(
    "leading-zero",
    "a number that begins with 0",
    "Some readers of YAML take such a number for decimal, as this program does, and others for "
    "octal. Put quotes around it if it is a text; else write it without the zero, or with `0o`.",
)
DUPLICATE_KEY = error(
    "duplicate-key",
    "duplicate key",
    "A mapping has the same key twice, but only one value would be used. Remove one of them.",
)
UNKNOWN_TAG = error(
    "unknown-tag",
    "unknown YAML tag",
    "Manifests are plain data, so tags such as `!!python` are not allowed. Remove the tag.",
)
TOO_MANY_VALUES = error(
    "too-many-values",
    "too many values",
    "With its aliases written out, the YAML document has more values than any manifest needs. "
    "Use fewer aliases.",
)
KEY_NOT_TEXT = error(
    "key-not-text",
    "a key must be text",
    "A key is a number, a date, a list or a mapping. Put quotes around it.",
)
NOTHING_TO_MERGE = error(
    "nothing-to-merge",
    "nothing to merge",
    "`<<` can merge only mappings. Write an alias of a mapping after it.",
)
UNKNOWN_API_VERSION = error(
    "unknown-api-version",
    "unknown apiVersion",
    "The manifest has a version of the manifest language that this program does not read. Write "
    "the version that the detail names.",
)
UNKNOWN_KIND = error(
    "unknown-kind",
    "unknown kind",
    "There is no such kind of resource. The detail lists the kinds. Write one of them.",
)
UNKNOWN_FIELD = error(
    "unknown-field",
    "unknown field",
    "The kind has no field of this name. The detail lists the known names and the most similar "
    "one. Correct the name, or remove the field.",
)
MISSING_FIELD = error(
    "missing-field", "missing field", "A field that the kind requires is not set. Set it."
)
WRONG_TYPE = error(
    "wrong-type",
    "wrong type",
    "The field requires a value of another type. Write one of the type that the detail names.",
)
UNKNOWN_VALUE = error(
    "unknown-value",
    "unknown value",
    "The field accepts only certain values, which the detail lists. Write one of them.",
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
    "text-too-long", "text too long", "The text is longer than the API accepts. Shorten it."
)
TOO_MANY_KEYS = error(
    "too-many-keys",
    "too many keys",
    "The mapping has too many keys. Of the 16 metadata keys of an object, four are reserved for "
    "our mark. Remove some keys.",
)
TOO_MANY_ITEMS = error(
    "too-many-items",
    "too many items",
    "The list is longer than the API accepts. Remove some items.",
)
WRONG_FORM = error(
    "wrong-form",
    "not the right form",
    "The text does not have the form that the field requires. Write it in the form that the "
    "detail describes.",
)
NOT_A_VARIABLE_NAME = error(
    "not-a-variable-name",
    "not the name of a variable",
    "The field requires the NAME of an environment variable, not its value. If you wrote a "
    "secret there, remove it, and have the secret replaced.",
)
ITEM_TWICE = error(
    "item-twice",
    "an item stands twice",
    "The list contains the same item twice. Remove one of the two.",
)
EMPTY = error(
    "empty", "empty", "The field is set to an empty value. Remove the field, or give it a value."
)
NOT_ALLOWED_HERE = error(
    "not-allowed-here",
    "not allowed here",
    "The value is not valid for the schema of the field. Write what the detail asks for.",
)
BAD_KEY = error(
    "bad-key",
    "bad key",
    "A key of this mapping has characters that the API does not accept. Rename the key.",
)
RESERVED_KEY = error(
    "reserved-key",
    "reserved key",
    "Metadata keys that begin with `provisioner.` are reserved for our mark. Choose another key.",
)
SAME_ADDRESS_TWICE = error(
    "same-address-twice",
    "the same address twice",
    "Two manifests declare the same address. Rename one of them.",
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
    "Resources refer to each other in a circle, so none can be created first. Remove a reference.",
)
UNKNOWN_PATH = error(
    "unknown-path",
    "unknown path",
    "This kind has no field with this path. Write the path as `plan` prints it.",
)
UNUSED_FUNCTION = warning(
    "unused-function",
    "an unused function",
    "No resource refers to this Function. Refer to it, or remove it.",
)
UNUSED_FILE = warning(
    "unused-file",
    "an unused file",
    "No resource refers to this File, so it is not uploaded. Refer to it, or remove it.",
)
NOTHING_DECLARED = error(
    "nothing-declared",
    "nothing is declared",
    "The folder declares no resource. That is never taken for a wish to delete everything: for "
    "that, use `provisioner destroy`.",
)
SENSITIVE_NOT_ALLOWED = error(
    "sensitive-not-allowed",
    "a sensitive value cannot stand here",
    "The value of a sensitive variable may be used only in fields that accept any text, "
    "because it would be visible elsewhere. Use a variable that is not sensitive there.",
)
FILE_DOES_NOT_EXIST = error(
    "file-does-not-exist",
    "a file does not exist",
    "The manifest names a file that does not exist. Correct the path, which is relative to the "
    "manifest, or add the file.",
)
NOT_A_FILE = error(
    "not-a-file",
    "not a file",
    "The manifest names a folder, or a pipe, socket or device, where a regular file is needed. "
    "Name such a file.",
)
PATH_LEAVES_FOLDER = error(
    "path-leaves-folder",
    "a path leaves the manifest folder",
    "Everything that is applied must be inside of the manifest folder. Move the file into it. "
    "Symbolic links to the outside are not followed.",
)
NOT_JSON = error(
    "not-json",
    "not JSON",
    "The file must contain JSON. Correct it at the place that the detail names.",
)
SECOND_DOCUMENT = error(
    "second-document",
    "a second YAML document",
    "A file that must contain one value has a second YAML document, which would be ignored. "
    "Move it to a file of its own, or remove it.",
)
SAME_DOCUMENT_TWICE = error(
    "same-document-twice",
    "the same document twice",
    "A store names the same file twice. Remove one of the two.",
)
NOT_SEARCHED = warning(
    "not-searched",
    "file_search does not read this type of file",
    "The file is uploaded, but `file_search` will not find anything in it. Convert it to a type "
    "that `file_search` reads.",
)
UNREADABLE_CONTENT = error(
    "unreadable-content",
    "cannot read a file",
    "The operating system refused to read a file that a manifest names. Give this user "
    "permission to read it.",
)
FOLDER_BEHIND_LINK = error(
    "folder-behind-link",
    "a folder behind a link",
    "A glob never follows a symbolic link to a folder. Name the files at their real place.",
)
NOT_A_GLOB = error(
    "not-a-glob",
    "not a glob",
    "The pattern cannot be used. A valid pattern is, for example, `knowledge/**/*.md`.",
)
GLOB_MATCHES_NOTHING = error(
    "glob-matches-nothing",
    "a glob matches nothing",
    "No file matches the pattern. This is an error because a typing mistake must never empty a "
    "store. Correct the pattern.",
)
FILE_EMPTY = error(
    "file-empty",
    "a file is empty",
    "The API accepts no empty files. Write something into the file, or leave it out.",
)
