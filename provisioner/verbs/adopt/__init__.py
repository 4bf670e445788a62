"""adopt: make an existing object ours. The verb is in `run`; `writing` makes the changes of its plan."""
