"""rollback: go back. Each of its forms is a module of its own.

`release` publishes an older release again, `applied` makes an object what it was after a run, and
`deleted` creates again what a run deleted.
"""
