"""One commit on any machine: checkouts of it with other line endings and names, and their plans.

    python -m tests.everywhere PYTHON…

plans each checkout with each of these interpreters, in which the dependencies have to be installed.
"""
