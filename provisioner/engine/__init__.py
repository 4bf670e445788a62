"""Compare desired and live, and plan the changes.

Everything here is pure: no I/O, no clock, no log.
"""
