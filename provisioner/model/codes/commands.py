"""Codes of commands that read, write or ask beside a plan, and of calls that make no sense."""

from provisioner.model.code import error, warning

NOT_DECLARED = error(
    "not-declared",
    "it is not declared",
    "No manifest declares this address. Check its spelling and the folder, or declare it.",
)
NOT_APPLIED = error(
    "not-applied",
    "it has not been applied yet",
    "Nothing on the target carries the mark of this address. Apply it first.",
)
NO_LIVE_KIND = error(
    "no-live-kind",
    "it has no live object of its own",
    "Objects of this kind do not live by themselves on this runtime. The detail lists the "
    "kinds that do. Give the address of one of these.",
)
NOT_AN_ASSISTANT = error(
    "not-an-assistant",
    "it is not an assistant",
    "Only assistants can be asked, run and loaded. Give the address of an assistant.",
)
NO_CONVERSATION = error(
    "no-conversation",
    "this runtime has no conversation of that kind",
    "The runtime plans and applies assistants, and does not say how they are asked, loaded or "
    "written as ready code. No request was sent. Use the runtime's own client, or another target.",
)
NOT_THIS_ASSISTANTS_SESSION = error(
    "not-this-assistants-session",
    "the session is not this assistant's",
    "The session belongs to another agent. Leave `--thread` out for a new one.",
)
NO_SUCH_PARAMETERS = error(
    "no-such-parameters",
    "this assistant has none of these parameters",
    "Each runtime has parameters of its own. The detail names the method that fits.",
)
NOT_AN_OWNER = error(
    "not-an-owner",
    "not an owner",
    "An owner is written ID/ENVIRONMENT. It stands in the marks of objects, and in the OWNER "
    "column of `show`.",
)
LOAD_ARGUMENTS = error(
    "load-arguments",
    "these arguments of load do not go together",
    "The detail says which arguments belong to manifests and which to a registry. Leave the "
    "others out.",
)
UNPRINTABLE_CODE = error(
    "unprintable-code",
    "it holds what may not be printed",
    "A sensitive variable went into it, and ready code would show its value. Use `--as python`, "
    "which loads the parameters when it runs.",
)
FILE_NOT_SAVED = error(
    "file-not-saved",
    "a file could not be saved",
    "The operating system refused to write the file. Make room there, or name another folder "
    "with `--save-files`.",
)
EXPORT_UNREADABLE = error(
    "export-unreadable",
    "the export cannot be read",
    "The file is not an export of assistants as JSON. Give what `GET /assistants` answered: "
    "pages, an array, or one object after another.",
)
EXPORT_EMPTY = error(
    "export-empty",
    "the export holds no usable assistant",
    "Every entry of the export was left out. The detail says why the last one was. Export the "
    "assistants again, or mend the entries.",
)
EXPORT_INVALID = error(
    "export-invalid",
    "the export does not make valid manifests",
    "What was read cannot be written as manifests. Nothing was written. The detail says what does"
    " not fit; mend the export.",
)
PULL_NOTE = warning(
    "pull-note",
    "a note on an exported assistant",
    "Something of the exported assistant was changed, left out, or needs a look.",
)
FOLDER_NOT_EMPTY = error(
    "folder-not-empty",
    "the folder holds manifests already",
    "Nothing was written. Name another folder.",
)
FOLDER_NOT_WRITTEN = error(
    "folder-not-written",
    "the folder could not be written",
    "The operating system refused to write the folder. Name a folder that this user may write.",
)
SCHEMAS_NOT_WRITTEN = error(
    "schemas-not-written",
    "the schemas could not be written",
    "The operating system refused to write the schemas. Name a folder that this user may write.",
)
SERVER_NOT_STARTED = error(
    "server-not-started",
    "the server cannot start",
    "The port is in use, or the host is not one of this machine. Name another by `--port` or "
    "`--host`.",
)
TOKEN_MISSING = error(
    "token-missing",
    "a token is missing",
    "A release names a variable for the token of an MCP server, and the variable is not set where "
    "the release is used. Set it.",
)
SAME_VARIABLE = error(
    "same-variable",
    "two addresses have one environment variable",
    "The names of two addresses differ only in characters that a variable's name cannot "
    "hold. Rename one, or read the ids with `--format json`.",
)
ID_UNPRINTABLE = error(
    "id-unprintable",
    "an id cannot stand in an environment file",
    "The server gave an id with characters that end or hide a line. Read the id with `--format json`.",
)
SELECTS_NOTHING = error(
    "selects-nothing",
    "the selection matches nothing",
    "A term of `--select` or `--exclude` matches no declared resource and no live object of ours. "
    "The detail names the nearest one.",
)
NO_SUCH_ADDRESS = error(
    "no-such-address",
    "an address means nothing here, or more than one thing",
    "An address may be given whole (`assistant.policy-qa`), or as a name or an id that one "
    "resource alone has. What was given fits nothing that is declared, or live and ours, or it "
    "fits several. The detail names the choice, or the nearest one.",
)
WRONG_USAGE = error(
    "wrong-usage",
    "the command cannot be called like this",
    "The options or arguments do not fit the command. The detail says which.",
)
INTERRUPTED = error(
    "interrupted",
    "interrupted",
    "The user stopped the command. Run the command again: it goes on from what was done.",
)
SCHEMA_STALE = warning(
    "schema-stale",
    "the schema for editors is of another version",
    "`init` and `pull` write a JSON Schema beside the manifests, by which an editor completes and checks "
    "them. After an upgrade it is older than this version. `schema --out DIR/.schemas` writes it anew.",
)
FILE_REFUSED = error(
    "file-refused",
    "the operating system refused a file or a folder",
    "A file or a folder that the command needs cannot be used. The detail names it, and the reason "
    "that the operating system gave. Give this user access to the path, or name another path.",
)
UNEXPECTED = error(
    "unexpected",
    "something unexpected happened",
    "This is a fault of provisioner. Please report it with what you ran.",
)
TEST_ACCOUNT = error(
    "test-account-not-made",
    "the manifests could not be applied to an embedded account",
    "The pytest plugin applies the manifests to the embedded server before the first test. The "
    "detail names each change that failed. Mend the manifests, or leave what that server has not "
    "out with an environment of their own (`without`, `provisioner_env`).",
)
CLOCK_SKEWED = warning(
    "clock-skewed",
    "this machine's clock and the server's differ",
    "Tokens that are valid for minutes, and signed requests to object storage, are refused where "
    "the two clocks differ. Set this machine's clock by NTP.",
)

NO_SIDE = error(
    "no-such-side",
    "nothing has this name that could be compared",
    "A side of `compare` is an environment, a target, ENVIRONMENT@TARGET, a run (run-…), a folder of "
    "manifests, or `default` for the Stack without an environment. Write one of the names in the detail.",
)
TWO_MEANINGS = error(
    "two-meanings",
    "the name means two things",
    "The name of a side of `compare` belongs to two of these: an environment, a target, a folder. "
    "Put `env:`, `target:` or `folder:` before it.",
)
NOT_COMPARED = warning(
    "not-compared",
    "a part of the run cannot be compared",
    "The ledger does not hold the values that the run applied, or a secret among them is held by no "
    "manifest now. The detail names the addresses.",
)
