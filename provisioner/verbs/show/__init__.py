"""`show` prints what is declared, what exists and what was last applied; `run` is the verb."""
