"""Measure the paths that must stay fast, side by side in one run: `python -m tests.benchmarks`.

These are no tests: a ratio of two times on a busy machine is an observation and proves nothing.
"""
