"""gc: find leaks, the objects of an account that nothing needs.

`survey` reads an account and judges each of its objects. `plan` makes a plan that deletes some of
the leaks.
"""
