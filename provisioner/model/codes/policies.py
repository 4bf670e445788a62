"""Defines codes of warnings about valid manifests: models and APIs that end, comments without effect."""

from provisioner.model.code import warning

MODEL_GONE = warning(
    "model-gone",
    "it uses a model that was switched off",
    "The vendor has switched the model off. Write the model that replaces it. This is an error "
    "if the model would be sent to the vendor's own host.",
)
MODEL_GOES = warning(
    "model-goes",
    "it uses a model that will be switched off",
    "The vendor will switch the model off within 90 days. Write the model that replaces it.",
)
API_GONE = warning(
    "api-gone",
    "this target's API was switched off",
    "The API that this target uses has been switched off. Add another target to the Stack, and "
    "run `migrate`.",
)
API_GOES = warning(
    "api-goes",
    "this target's API will be switched off",
    "The API that this target uses will be switched off within half a year. Add another target "
    "to the Stack, and run `migrate`.",
)

ALLOWS_NOTHING = warning(
    "allows-nothing",
    "a comment allows nothing",
    "No finding at the place of the comment `# provisioner: allow CODE reason` has that code. "
    "Perhaps the allowed change has been applied. Remove the comment, because it would hide the "
    "next such finding.",
)
ALLOWS_UNKNOWN = warning(
    "allows-unknown-code",
    "a comment allows what cannot be allowed",
    "The comment has no code, an unknown code, or the code of an error. Only warnings and risks "
    "can be allowed. Write the code that their message has in brackets.",
)
ALLOWS_WITHOUT_REASON = warning(
    "allows-without-reason",
    "a comment allows something without a reason",
    "The comment has no effect without a reason. Write the reason after the code.",
)
