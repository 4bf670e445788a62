"""Faults made by hand, each of which the tests of its own room have to catch within a minute."""
