"""Defines codes of the command `test`, and of `apply` with the report of a test."""

from provisioner.model.code import error, warning

NO_CHECKS = error(
    "no-checks",
    "there are no checks",
    "No selected assistant has `checks`. Declare questions and requirements for their answers: "
    "see docs/checks.md.",
)
COMMAND_NOT_ALLOWED = error(
    "command-not-allowed",
    "a check runs a program",
    "A manifest names a program that judges answers. The program is run only with "
    "`--allow-commands`, because whoever can edit a manifest could otherwise run any program "
    "here. Read the manifest, then allow it.",
)
NO_CANDIDATE = error(
    "no-candidate",
    "a candidate could not be made",
    "The changes of the plan were tried on candidates beside the live objects, and one change "
    "failed. The live objects were not changed. The detail has the error, which apply would have "
    "got too.",
)
CANDIDATE_LEFT = warning(
    "candidate-left",
    "a candidate could not be removed",
    "An object that was created for the test could not be deleted. It has an owner of its own, "
    "so no plan takes it for a live object. `gc` lists it, and can delete it a day after it was "
    "created.",
)
TOKENS_USED_UP = warning(
    "tokens-used-up",
    "not every check was asked",
    "All runs together have used the tokens that `--max-tokens` allows. A check that was not "
    "asked has not passed.",
)
NOT_TESTED = error(
    "not-tested",
    "the plan is not what was tested",
    "The report belongs to another plan, or a check failed on an assistant that the plan "
    "changes. Nothing was changed. Run `test` again, and give its report.",
)
REPORT_UNREADABLE = error(
    "report-unreadable",
    "this is no report of a test",
    "The file is not the report of a test. Give a file that `test --report FILE` has written.",
)
CHECK_TWICE = error(
    "check-twice",
    "two checks have one name",
    "Reports identify a check by its name. Give each check of an assistant a different name.",
)
NOT_AN_EXPRESSION = error(
    "not-a-regular-expression",
    "this is no regular expression",
    "Python's `re` cannot compile the expression. The detail says where it fails. Correct the "
    "expression.",
)
UNKNOWN_FUNCTION = error(
    "unknown-function",
    "the assistant has no such function",
    "A check names a function that is not among the tools of the assistant. Correct the name, or "
    "add the function to the assistant.",
)
