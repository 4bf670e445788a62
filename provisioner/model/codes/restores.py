"""Codes of a rollback that makes again what a run deleted."""

from provisioner.model.code import error, warning

NOT_RESTORED = warning(
    "not-restored",
    "this cannot be made again",
    "The run deleted it, and the receipt does not hold enough of it, or something else stands in its "
    "place by now. The detail says which.",
)
RESTORED_IN_PART = warning(
    "restored-in-part",
    "it is made again without a part",
    "The detail names what it referred to or held, and what is not there any more. Put that back by "
    "hand, or change the manifest.",
)
RESTORED_FROM_TEXT = warning(
    "restored-from-text",
    "a document is made again from its parsed text",
    "No API gives the content of an uploaded file back. The text is searched as before; layout, "
    "pictures and the file itself are lost unless you have them elsewhere.",
)
RESTORED_UNDECLARED = warning(
    "restored-undeclared",
    "no manifest declares what is made again",
    "A plain apply deletes what no manifest declares. Put the manifests back before the next one.",
)
NOTHING_DELETED = error(
    "nothing-deleted",
    "the run left no receipt",
    "A rollback of a run makes again what the run deleted. `history RUN` shows what it did.",
)
RUN_ELSEWHERE = error(
    "run-elsewhere",
    "the run worked elsewhere",
    "A rollback makes objects again where they were: on the same account, by the same stack and "
    "environment. Choose them with `--env` and `--target`.",
)
NOTHING_APPLIED = error(
    "nothing-applied",
    "the run does not say what was applied",
    "Runs of earlier versions kept no values, and a run that failed may not have applied any. Choose "
    "another run: `history ADDRESS` lists those that touched it.",
)
TEXTS_NOT_WRITTEN = error(
    "texts-not-written",
    "the texts of documents could not be written to disk",
    "A text that is uploaded stands in `.provisioner/restored` meanwhile. Make room, or give this user "
    "the right to write there.",
)
BECOMES_OLDER = warning(
    "becomes-older",
    "the live object becomes what it was",
    "A rollback does not change the manifests. Until you change them too, plan and drift show the "
    "difference.",
)
NEEDS_SECRET = error(
    "needs-secret",
    "a secret of that run is not at hand",
    "The ledger keeps no secrets. A rollback takes them from the manifests, at the same address and path.",
)
