"""Codes of what lint rules, the world's dates and comments say of manifests that are valid."""

from provisioner.model.code import warning

MODEL_GONE = warning(
    "model-gone",
    "it uses a model that was switched off",
    "The vendor has ended the model. Name the model that replaces it. It is an error where the "
    "model would be sent to the vendor's own host.",
)
MODEL_GOES = warning(
    "model-goes",
    "it uses a model that will be switched off",
    "The vendor ends the model within 90 days. Name the model that replaces it.",
)
API_GONE = warning(
    "api-gone",
    "this target's API was switched off",
    "The API that the target speaks has ended. Give the Stack another target, and migrate.",
)
API_GOES = warning(
    "api-goes",
    "this target's API will be switched off",
    "The API that the target speaks ends within half a year. Give the Stack another target, and "
    "migrate.",
)

ALLOWS_NOTHING = warning(
    "allows-nothing",
    "a comment allows nothing",
    "The comment `# provisioner: allow CODE reason` stands at a place where no finding has that code. "
    "The change that it allowed may have been applied: remove the comment, for it would allow the next one "
    "unseen.",
)
ALLOWS_UNKNOWN = warning(
    "allows-unknown-code",
    "a comment allows what cannot be allowed",
    "The comment names no code, an unknown code, or the code of an error. Only warnings and risks can "
    "be allowed: write the code that their message has in brackets.",
)
ALLOWS_WITHOUT_REASON = warning(
    "allows-without-reason",
    "a comment allows something without a reason",
    "The comment has no effect without a reason. Write the reason behind the code.",
)
