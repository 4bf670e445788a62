"""`gc` finds leaks: `survey` reads and judges, `plan` makes the plan that deletes some of them."""
