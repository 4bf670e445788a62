"""A soak of tracked threads: a million of them, retired by several processes that are killed and stopped.

It is no part of the test run. `python -m tests.soak --help` says what it takes; a twin of it, of a few
hundred threads, stands in `tests/ledger/test_shared_retirement.py`.
"""
