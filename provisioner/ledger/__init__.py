"""The ledger: a database of facts that no API lists or stores.

It has the ids of objects that we created, the digests of uploaded files, uploads whose answer has
not come, locks, the history of runs, receipts of deletions, and tracked threads. It is a SQLite
file beside the Stack, or a PostgreSQL database at a URL. Commands also work without it, but then
they lack these facts. What exists, and who owns it, is always decided by the live side and its
marks.

`location` finds the ledger and imports no database library. `opening` opens it.
"""
