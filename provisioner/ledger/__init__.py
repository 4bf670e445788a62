"""The ledger: a database that remembers what no API lists or stores.

It holds the ids of objects that we made, the digests of uploaded files, uploads in flight, locks,
the history of runs, receipts of deletions, and tracked threads. It is SQLite beside the Stack, or
PostgreSQL at a URL. The tool works without it and knows less then: the live side and its marks
stay the only truth about what exists and whose it is.

`location` says where the ledger is and loads no database library. `ledger` opens it.
"""
