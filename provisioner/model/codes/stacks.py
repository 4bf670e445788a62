"""Defines codes of mistakes in a Stack: its targets, environments, patches and variables."""

from provisioner.model.code import error, warning

STACK_WITHOUT_ID = warning(
    "stack-without-id",
    "the Stack has no id",
    "Without `metadata.id`, the Stack's name is the owner in every mark, so after a rename all "
    "objects would no longer be ours. Add an id.",
)
OTHER_VERSION_REQUIRED = error(
    "other-version-required",
    "another version is required",
    "`spec.requires` needs another version of provisioner than the one that is installed. "
    "Install that version.",
)
PATCH_OF_NOTHING = error(
    "patch-of-nothing",
    "a patch of a resource that is not declared",
    "A patch names an address that no manifest declares. Correct the address, or remove the patch.",
)
WITHOUT_NOTHING = error(
    "without-nothing",
    "`without` names a resource that is not declared",
    "An entry of an environment's `without` names an address that no manifest declares. "
    "Correct the address, or remove the entry.",
)
UNKNOWN_ENVIRONMENT = error(
    "unknown-environment",
    "unknown environment",
    "The Stack has no environment with this name. Write the name of an existing one, or add it "
    "to the Stack.",
)
UNKNOWN_TARGET = error(
    "unknown-target",
    "unknown target",
    "The Stack has no target with this name. Write the name of an existing one, or add it to the "
    "Stack.",
)
NO_TARGET_CHOSEN = error(
    "no-target-chosen",
    "no target is chosen",
    "The Stack has several targets. Choose one with `default_target`, with `target` in the "
    "environment that you use, or with `--target`.",
)
UNKNOWN_RUNTIME = error(
    "unknown-runtime",
    "unknown runtime",
    "There is no runtime with this name. Write `assistants`, `responses` or `agents`.",
)
UNKNOWN_DROP = error(
    "unknown-drop",
    "unknown entry of drop",
    "An entry of `drop` is not a field of assistants, not a tool and not a kind. Correct the "
    "entry, or remove it.",
)
IDLE_DROP = warning(
    "idle-drop",
    "an entry of drop that leaves nothing out",
    "No manifest declares what an entry of `drop` leaves out. Remove the entry.",
)
UNSUPPORTED_FIELD = error(
    "unsupported-field",
    "not supported by this target",
    "The runtime of the target does not support this field. Remove the field, use another "
    "target, or add the field to the target's `drop`.",
)
TOO_LONG_FOR_TARGET = error(
    "too-long-for-target",
    "too long for this target",
    "The runtime of the target accepts fewer characters in this field. Shorten the text.",
)
NOT_AN_ADDRESS = error(
    "not-an-address",
    "not an address",
    "`base_url` must be a web address, such as `https://HOST/v1`. Correct it.",
)
TWO_PLACES = error(
    "two-places",
    "an embedded server has no base_url",
    "A target with `server: embedded` cannot have a `base_url`. Remove one of the two.",
)
NO_KEY_OF_ITS_OWN = error(
    "no-key-of-its-own",
    "a target has no key of its own",
    "A target with a `base_url` must name the environment variable of its key, because no other "
    "key is ever sent to that host. Name the variable in `api_key_env`.",
)
SECRET_IN_HEADERS = error(
    "secret-in-headers",
    "a secret among the headers",
    "The manifest contains the value of a header that is a secret. Move it to an environment "
    "variable, and have the secret replaced, because others may have read it.",
)
NO_FOUNDRY_RUNTIME = error(
    "no-foundry-runtime",
    "not a runtime of Foundry",
    "Foundry classic has only assistants. Write `runtime: assistants`.",
)
FOUNDRY_WITHOUT_ENDPOINT = error(
    "foundry-without-endpoint",
    "a Foundry target needs its endpoint",
    "`base_url` must be the endpoint of the Foundry project. Copy it from the overview of the "
    "project.",
)
NOT_A_FOUNDRY_SETTING = error(
    "not-a-foundry-setting",
    "not a setting of Foundry",
    "Foundry does not accept this setting. Remove it.",
)
NOT_A_FOUNDRY_ENDPOINT = error(
    "not-a-foundry-endpoint",
    "not the endpoint of a Foundry project",
    "The address does not look like the endpoint of a Foundry project. Copy the endpoint from "
    "the overview of the project.",
)
API_VERSION_WITHOUT_FOUNDRY = error(
    "api-version-without-foundry",
    "an API version without Foundry",
    "Only a target with `server: foundry` has an `api_version`. Remove it.",
)
FOUNDRY_RETIRED = warning(
    "foundry-retired",
    "Foundry classic is retired",
    "Microsoft has switched off Foundry classic. Add a target of another runtime to the Stack, "
    "and run `migrate`.",
)
FOUNDRY_RETIRES_SOON = warning(
    "foundry-retires-soon",
    "Foundry classic retires soon",
    "Microsoft will switch off Foundry classic soon. Add a target of another runtime to the "
    "Stack, and run `migrate`.",
)
IDENTITY_WITHOUT_USE = error(
    "identity-without-use",
    "an identity without a use",
    "The embedded server needs no credentials. Remove `workload_identity`.",
)
KEY_AND_IDENTITY = error(
    "key-and-identity",
    "a key and an identity",
    "A target has either a key or a workload identity. Remove one of the two.",
)
NOT_A_PROVIDER_SETTING = error(
    "not-a-provider-setting",
    "not a setting of this provider",
    "This identity provider has no such setting. Remove it.",
)
IDENTITY_FOR_OPENAI_ONLY = error(
    "identity-for-openai-only",
    "a workload identity is for OpenAI's own host",
    "The token of a workload identity is valid only for OpenAI and is never sent to another "
    "host. Remove `base_url`, or give the target a key.",
)
NOT_A_RUNTIME_SETTING = error(
    "not-a-runtime-setting",
    "not a setting of this runtime",
    "Only targets of another runtime have this setting. Remove it.",
)
NOT_A_DURATION = error(
    "not-a-duration", "not a duration", "Write a number and a unit, such as `24h`."
)
UNCLOSED_VARIABLE = error(
    "unclosed-variable",
    "a variable without its closing brace",
    "A text contains `$var:`, `$env:` or `$each.` without a closing brace. Add the brace. To get "
    "the characters themselves, write `$$`.",
)
UNKNOWN_VARIABLE_SCOPE = error(
    "unknown-variable-scope",
    "unknown kind of variable",
    "Only `${var:NAME}` and `${env:NAME}` are replaced by values. Use one of them. To get the "
    "characters themselves, write `$$`.",
)
ENV_NOT_ALLOWED = error(
    "env-not-allowed",
    "${env:…} is not allowed here",
    "`${env:NAME}` is allowed only in targets and in defaults of variables. Declare a variable "
    "and use that.",
)
ENV_NOT_SET = error(
    "env-not-set",
    "an environment variable is not set",
    "The manifests use an environment variable that is not set. Set it, or write it into `.env`.",
)
NOT_A_VARIABLE = error(
    "not-a-variable",
    "not a variable",
    "`${NAME}` is not replaced by a value, but a variable with that name exists. Write "
    "`${var:NAME}` if you mean the variable.",
)
UNKNOWN_VARIABLE = error(
    "unknown-variable",
    "unknown variable",
    "The Stack declares no variable with this name. Declare it under `variables`, or correct the "
    "name.",
)
VARIABLE_WITHOUT_VALUE = error(
    "variable-without-value",
    "a variable has no value",
    "The variable has no default, and no value was given. Set it with `--var`, in a file of "
    "variables, or in the environment of the Stack.",
)
CIRCULAR_VARIABLES = error(
    "circular-variables",
    "variables refer to each other",
    "The variables refer to each other in a circle, so none of them has a value. Remove one of "
    "the references.",
)
UNREADABLE_VARIABLES = error(
    "unreadable-variables",
    "cannot read a file of variables",
    "A file of variables does not exist, cannot be read, or does not contain `NAME: VALUE` "
    "pairs. Correct the path or the file.",
)
SENSITIVE_NOT_TEXT = error(
    "sensitive-not-text",
    "a sensitive variable must be text",
    "Only texts can be masked. Give the variable `type: string`, or remove `sensitive`.",
)
VARIABLE_OF_WRONG_TYPE = error(
    "variable-of-wrong-type",
    "a variable has the wrong type",
    "The value does not have the type that the Stack declares for the variable. Write a value of "
    "that type.",
)
PASSWORD_IN_LEDGER = error(
    "password-in-ledger",
    "a password stands in the manifest",
    "The manifest contains the password of the ledger's database, which everybody who reads the "
    "manifests would see. Take it from an environment variable, and change the password.",
)
