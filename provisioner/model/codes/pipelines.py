"""Codes of `ci`: what a pipeline was asked, and what its host answered."""

from provisioner.model.code import error, warning

NOT_IN_A_PIPELINE = error(
    "not-in-a-pipeline",
    "this is not a pipeline",
    "`ci` does what a host's event asks for, and no host was found in the environment. Outside of a "
    "pipeline, use `plan`, `apply` and `drift`.",
)
PIPELINE_INCOMPLETE = error(
    "pipeline-incomplete",
    "the pipeline's environment is incomplete",
    "The host sets what the detail names. Run the step inside of the host's own pipeline, and give "
    "it the token that the detail asks for.",
)
UNSAFE_EVENT = error(
    "unsafe-event",
    "a pipeline must not run at this event",
    "The detail names the event, what it would let a proposal decide, and the event to use.",
)
HOST_REFUSED = error(
    "host-refused",
    "the pipeline's host refused a request",
    "The detail has the request and the answer. Nothing more was asked of the host. Give the job's token "
    "the permission that the detail names.",
)
HOST_UNREACHABLE = error(
    "host-unreachable",
    "the pipeline's host gave no usable answer",
    "The detail has the request. Run the job again.",
)
NOT_REVIEWED = error(
    "not-reviewed",
    "nobody has approved this plan",
    "Only a plan that somebody approved is applied. The detail says what is missing. Nothing was "
    "changed. The next proposal's plan shows these changes again: approve and merge that one.",
)
OTHER_PLAN_APPROVED = error(
    "other-plan-approved",
    "this is not the plan that was approved",
    "Something that the plan touches has changed since the approval. Nothing was changed. The next "
    "proposal's plan shows these changes again: approve and merge that one.",
)
PROPOSAL_CONFLICTS = error(
    "proposal-conflicts",
    "the proposal cannot be merged as it is",
    "It conflicts with the branch that it goes to, so nobody can tell what a merge would change.",
)
PROPOSAL_UNREADABLE = error(
    "proposal-unreadable",
    "the proposal's files could not be read",
    "The detail says which git command failed, or what the proposal holds too much of.",
)
PROPOSAL_CHANGES_TARGETS = warning(
    "proposal-changes-targets",
    "the proposal changes where requests go",
    "A proposal may not choose where keys are sent and what of the environment is read, so the plan was "
    "made with the settings of the branch that it goes to. The new settings count after the merge.",
)
PIPELINE_EXISTS = error(
    "pipeline-exists",
    "there is a pipeline already",
    "Nothing was written. Remove the file that the detail names, or edit it by hand.",
)
SOURCE_UNKNOWN = error(
    "source-unknown",
    "nobody knows from where a pipeline takes this program",
    "The program was not installed from a repository on the host, so that its address is not known. Name it "
    "with `--program`. Nothing was written.",
)
