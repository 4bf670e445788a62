"""Codes of what lint rules and the world's dates say of manifests that are valid."""

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
