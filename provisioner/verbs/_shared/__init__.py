"""Parts that several verbs share: reading manifests, connecting to a target, plan files, the ledger."""
