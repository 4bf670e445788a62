"""What must stay fast, measured side by side in one run: `python -m tests.benchmarks`.

Not a test: a ratio of two times on a busy machine is an observation, not a verdict.
"""
