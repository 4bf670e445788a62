"""Codes of `test`, and of applying only what was tested."""

from provisioner.model.code import error, warning

NO_CHECKS = error(
    "no-checks",
    "there are no checks",
    "No assistant that was meant has `checks`. Declare questions and what their answers have to "
    "hold: see docs/checks.md.",
)
COMMAND_NOT_ALLOWED = error(
    "command-not-allowed",
    "a check runs a program",
    "A manifest names a program that judges answers. It runs only with `--allow-commands`, since "
    "whoever can change a manifest could run anything. Read it, then allow it.",
)
NO_CANDIDATE = error(
    "no-candidate",
    "a candidate could not be made",
    "The plan's changes were tried beside the live objects, and one failed. The live objects were "
    "not touched. The detail is what apply would have met.",
)
CANDIDATE_LEFT = warning(
    "candidate-left",
    "a candidate could not be removed",
    "Something that was made for the test is still there, with an owner of its own. No plan takes "
    "it for a live object. `gc` lists it, and removes it a day after it was made.",
)
TOKENS_USED_UP = warning(
    "tokens-used-up",
    "not every check was asked",
    "The runs together have used the tokens that `--max-tokens` allows. What was not asked has "
    "not passed.",
)
NOT_TESTED = error(
    "not-tested",
    "the plan is not what was tested",
    "The report is about another plan, or not every assistant that the plan changes and that has "
    "checks passed. Nothing was changed. Run `test` again, and give its report.",
)
REPORT_UNREADABLE = error(
    "report-unreadable",
    "this is no report of a test",
    "Give the file that `test --report FILE` wrote.",
)
CHECK_TWICE = error(
    "check-twice",
    "two checks have one name",
    "Reports name a check by its name. Give each check of an assistant a name of its own.",
)
NOT_AN_EXPRESSION = error(
    "not-a-regular-expression",
    "this is no regular expression",
    "Python's `re` cannot compile it. The detail says where it stops. Mend the expression.",
)
UNKNOWN_FUNCTION = error(
    "unknown-function",
    "the assistant has no such function",
    "A check names a function that the assistant has not among its tools. Mend the name, or give "
    "the assistant the function.",
)
