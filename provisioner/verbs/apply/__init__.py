"""apply: carry out a plan. The verb is in `run`; the other modules are parts of it."""
