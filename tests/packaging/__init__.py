"""Make a release and use all of it outside of the repository, as its users do.

    python -m tests.packaging

It installs into fresh virtual environments, so it needs the package index and two minutes. That is
why it is a step of `.ci/run` and no test.
"""
