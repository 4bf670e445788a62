"""Compares the desired with the live side and makes plans from the differences.

Every module here is pure: no I/O, no clock, no logging.
"""
