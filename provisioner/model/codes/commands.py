"""Defines codes of commands other than plan and apply, and of commands that were called wrongly."""

from provisioner.model.code import error, warning

NOT_DECLARED = error(
    "not-declared",
    "it is not declared",
    "No manifest declares this address. Check the spelling and the folder, or declare the "
    "resource.",
)
NOT_APPLIED = error(
    "not-applied",
    "it has not been applied yet",
    "No object on the target has a mark with this address. Apply the manifest first.",
)
NO_LIVE_KIND = error(
    "no-live-kind",
    "it has no live object of its own",
    "On this runtime, objects of this kind are a part of other objects and have no id. The "
    "detail lists the kinds that have one. Give the address of a resource of such a kind.",
)
NOT_AN_ASSISTANT = error(
    "not-an-assistant",
    "it is not an assistant",
    "Only assistants can be asked, run and loaded. Give the address of an assistant.",
)
NO_CONVERSATION = error(
    "no-conversation",
    "this runtime has no conversation of that kind",
    "On this runtime, assistants can be planned and applied, but provisioner does not know how "
    "to ask or load them or write code for them. No request was sent. Use the runtime's own "
    "client, or another target.",
)
NOT_THIS_ASSISTANTS_SESSION = error(
    "not-this-assistants-session",
    "the session is not this assistant's",
    "The session was started with another agent. Leave out `--thread` to start a new session.",
)
NO_SUCH_PARAMETERS = error(
    "no-such-parameters",
    "this assistant has none of these parameters",
    "The method that was called returns parameters of another runtime. The detail names the "
    "method for this runtime.",
)
NOT_AN_OWNER = error(
    "not-an-owner",
    "not an owner",
    "An owner is written as ID/ENVIRONMENT. The column OWNER of `show` lists the owners of live "
    "objects.",
)
LOAD_ARGUMENTS = error(
    "load-arguments",
    "these arguments of load do not go together",
    "`load` was given arguments for manifests together with arguments for a release registry. "
    "The detail lists both groups. Use only one group.",
)
UNPRINTABLE_CODE = error(
    "unprintable-code",
    "it contains a value that may not be printed",
    "The code would contain the value of a sensitive variable. Use `--as python`: that code "
    "loads the parameters when it runs.",
)
FILE_NOT_SAVED = error(
    "file-not-saved",
    "a file could not be saved",
    "The operating system refused to write the file. Free some space, or name another folder "
    "with `--save-files`.",
)
EXPORT_UNREADABLE = error(
    "export-unreadable",
    "the export cannot be read",
    "The file is not an export of assistants as JSON. Give the answers of `GET /assistants`: "
    "pages, an array, or one object after another.",
)
EXPORT_EMPTY = error(
    "export-empty",
    "the export holds no usable assistant",
    "No entry of the export could be used. The detail says why the last entry could not. Export "
    "the assistants again, or correct the entries.",
)
EXPORT_INVALID = error(
    "export-invalid",
    "the export does not make valid manifests",
    "The manifests made from the export would not be valid, so nothing was written. The detail "
    "says what is wrong. Correct the export.",
)
PULL_NOTE = warning(
    "pull-note",
    "a note on an exported assistant",
    "A part of the exported assistant was changed or left out, or should be checked. The detail "
    "says which part.",
)
FOLDER_NOT_EMPTY = error(
    "folder-not-empty",
    "the folder holds manifests already",
    "`pull` and `init` never write beside existing manifests, so nothing was written. Name "
    "another folder.",
)
FOLDER_NOT_WRITTEN = error(
    "folder-not-written",
    "the folder could not be written",
    "The operating system refused to write to the folder. Name a folder to which this user may "
    "write.",
)
SCHEMAS_NOT_WRITTEN = error(
    "schemas-not-written",
    "the schemas could not be written",
    "The operating system refused to write the schemas. Name a folder to which this user may "
    "write.",
)
SERVER_NOT_STARTED = error(
    "server-not-started",
    "the server cannot start",
    "Another program uses the port, or the host is not an address of this machine. Give another "
    "one with `--port` or `--host`.",
)
TOKEN_MISSING = error(
    "token-missing",
    "a token is missing",
    "A release takes the token of an MCP server from an environment variable, and the variable "
    "is not set where the release is used. Set the variable.",
)
SAME_VARIABLE = error(
    "same-variable",
    "two addresses have one environment variable",
    "The names of two addresses differ only in characters that the name of a variable cannot "
    "have. Rename one of the resources, or read the ids with `--format json`.",
)
ID_UNPRINTABLE = error(
    "id-unprintable",
    "an id cannot stand in an environment file",
    "The server returned an id with characters that would end or hide a line of the file. Read "
    "the id with `--format json`.",
)
SELECTS_NOTHING = error(
    "selects-nothing",
    "the selection matches nothing",
    "A term of `--select` or `--exclude` matches no declared resource and no live object of "
    "ours. The detail names the most similar one.",
)
NO_SUCH_ADDRESS = error(
    "no-such-address",
    "an address means nothing here, or more than one thing",
    "An address is written in full (`assistant.policy-qa`), or as a name or an id that only one "
    "resource has. The text matches no resource that is declared or live, or it matches several. "
    "The detail lists the matches, or the most similar one.",
)
WRONG_USAGE = error(
    "wrong-usage",
    "the command cannot be called like this",
    "The options or arguments are not valid for the command. The detail says which.",
)
INTERRUPTED = error(
    "interrupted",
    "interrupted",
    "The user stopped the command. Run it again: it continues after the changes that were made.",
)
SCHEMA_STALE = warning(
    "schema-stale",
    "the schema for editors is of another version",
    "`init` and `pull` write a JSON Schema into the manifest folder, with which an editor "
    "completes and checks manifests. The file was written by another version of provisioner. "
    "`provisioner schema --out DIR/.schemas` writes it again.",
)
FILE_REFUSED = error(
    "file-refused",
    "the operating system refused a file or a folder",
    "The operating system refused access to a file or a folder that the command needs. The "
    "detail names it, with the reason. Give this user access to the path, or name another path.",
)
UNEXPECTED = error(
    "unexpected",
    "something unexpected happened",
    "This is a bug in provisioner. Please report it together with the command that you ran.",
)
TEST_ACCOUNT = error(
    "test-account-not-made",
    "the manifests could not be applied to an embedded account",
    "The pytest plugin applies the manifests to the embedded server before the first "
    "test. The detail names each change that failed. Correct the manifests. Or add an "
    "environment to the Stack whose `without` lists what the embedded server lacks, and "
    "name it in pytest's option `provisioner_env`.",
)
CLOCK_SKEWED = warning(
    "clock-skewed",
    "this machine's clock and the server's differ",
    "If the two clocks differ, servers refuse tokens that are valid only for minutes, and "
    "requests with a signature. Set the clock of this machine by NTP.",
)

NO_SIDE = error(
    "no-such-side",
    "nothing has this name that could be compared",
    "`compare` takes an environment, a target, ENVIRONMENT@TARGET, a run (run-…), a folder of "
    "manifests, or `default` for the Stack without an environment. Give one of the names that "
    "the detail lists.",
)
TWO_MEANINGS = error(
    "two-meanings",
    "the name means two things",
    "The name belongs to several of these: an environment, a target, a folder. Write `env:`, "
    "`target:` or `folder:` before it.",
)
NOT_COMPARED = warning(
    "not-compared",
    "a part of the run cannot be compared",
    "The ledger did not record the values that the run applied, or a secret among them is no "
    "longer in any manifest. The detail lists the addresses.",
)
