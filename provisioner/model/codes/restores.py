"""Defines codes of `rollback RUN`, which creates again what a run deleted."""

from provisioner.model.code import error, warning

NOT_RESTORED = warning(
    "not-restored",
    "this cannot be made again",
    "The receipt, which is the ledger's record of a deleted object, does not contain "
    "enough to create the object again, or another object has its place. The detail has the "
    "reason.",
)
RESTORED_IN_PART = warning(
    "restored-in-part",
    "it is made again without a part",
    "The object is created again without some of the objects or files that it had, because they "
    "no longer exist. The detail lists them. Add them by hand, or change the manifest.",
)
RESTORED_FROM_TEXT = warning(
    "restored-from-text",
    "a document is made again from its parsed text",
    "No API returns the content of an uploaded file, so a file with the text that the server had "
    "extracted is uploaded. Search works as before; the layout, the pictures and the original "
    "file are lost unless you have a copy.",
)
RESTORED_UNDECLARED = warning(
    "restored-undeclared",
    "no manifest declares what is made again",
    "The next apply deletes what no manifest declares. Restore the manifests before you apply.",
)
NOTHING_DELETED = error(
    "nothing-deleted",
    "the ledger has no receipt of this run",
    "A rollback of a run creates again what the run deleted, from the receipts that the "
    "run wrote into the ledger. This run deleted nothing, or wrote no receipts. `history "
    "RUN` shows what it did.",
)
RUN_ELSEWHERE = error(
    "run-elsewhere",
    "the run worked elsewhere",
    "A rollback creates objects where they were: in the same account, for the same stack and "
    "environment. Choose these with `--env` and `--target`.",
)
NOTHING_APPLIED = error(
    "nothing-applied",
    "the run does not say what was applied",
    "Runs of earlier versions did not record the applied values, and a failed run may not have "
    "applied any. Choose another run: `history ADDRESS` lists the runs that changed the resource.",
)
TEXTS_NOT_WRITTEN = error(
    "texts-not-written",
    "the texts of documents could not be written to disk",
    "Before a text is uploaded, it is written to `.provisioner/restored`. Free some space, or "
    "give this user permission to write there.",
)
BECOMES_OLDER = warning(
    "becomes-older",
    "the live object becomes what it was",
    "A rollback does not change the manifests. `plan` and `drift` show a difference until you "
    "change them too.",
)
NEEDS_SECRET = error(
    "needs-secret",
    "a secret of that run is not at hand",
    "The ledger stores no secrets. A rollback reads them from the manifests, at the same address "
    "and path. Put the secret back into the manifest and its variable.",
)
