"""Defines codes of the command `ci`, which runs in the pipeline of a host such as GitHub."""

from provisioner.model.code import error, warning

NOT_IN_A_PIPELINE = error(
    "not-in-a-pipeline",
    "this is not a pipeline",
    "`ci` needs the environment of a pipeline, such as a GitHub Actions job, and there is none. "
    "Outside of a pipeline, use `plan`, `apply` and `drift`.",
)
PIPELINE_INCOMPLETE = error(
    "pipeline-incomplete",
    "the pipeline's environment is incomplete",
    "The host should have set what the detail names. Run the step inside of the host's own "
    "pipeline, and give it the token that the detail names.",
)
UNSAFE_EVENT = error(
    "unsafe-event",
    "a pipeline must not run in this way",
    "In this pipeline, a proposal could decide what is run with the keys, or anybody who "
    "may push could apply. The detail says why, and what to do instead.",
)
HOST_REFUSED = error(
    "host-refused",
    "the pipeline's host refused a request",
    "The detail has the request, the host's answer and what to do: usually to give the job's "
    "token a permission that it lacks. No further request was sent to the host.",
)
HOST_UNREACHABLE = error(
    "host-unreachable",
    "the pipeline's host gave no usable answer",
    "The host did not answer a request, or the answer could not be read. The detail has the "
    "request. Run the job again.",
)
NOT_REVIEWED = error(
    "not-reviewed",
    "nobody has approved this plan",
    "A plan is applied only after somebody has approved it. The detail says what is missing. "
    "Nothing was changed. The plan of the next proposal shows these changes again: approve and "
    "merge that one.",
)
OTHER_PLAN_APPROVED = error(
    "other-plan-approved",
    "this is not the plan that was approved",
    "Something that the plan changes was changed after the approval. Nothing was changed now. "
    "The plan of the next proposal shows these changes again: approve and merge that one.",
)
PROPOSAL_CONFLICTS = error(
    "proposal-conflicts",
    "the proposal cannot be merged as it is",
    "The proposal conflicts with the branch into which it is merged, so it is not known what a "
    "merge would change. Resolve the conflict.",
)
PROPOSAL_UNREADABLE = error(
    "proposal-unreadable",
    "the proposal's files could not be read",
    "The detail says which git command failed, or which limit the files of the proposal exceed.",
)
PROPOSAL_CHANGES_TARGETS = warning(
    "proposal-changes-targets",
    "the proposal changes where requests go",
    "A proposal must not decide where keys are sent and which environment variables are read. So "
    "the plan was made with the settings of the branch into which it is merged. The new settings "
    "apply after the merge.",
)
PIPELINE_EXISTS = error(
    "pipeline-exists",
    "there is a pipeline already",
    "A file of a pipeline exists already, so nothing was written. Remove the file that the "
    "detail names, or edit it by hand.",
)
SOURCE_UNKNOWN = error(
    "source-unknown",
    "it is not known from where a pipeline can install this program",
    "This program was not installed from a repository on the host, so a pipeline cannot "
    "know from where to install it. Give its address with `--program`. Nothing was "
    "written.",
)
