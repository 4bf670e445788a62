"""Everything that a release consists of: wheel, sdist, bill of materials, checksums.

    python -m tests.release DIR

makes it in DIR. The workflow that publishes runs this, and `tests.packaging` uses what it makes. It
needs the package index and half a minute.
"""
