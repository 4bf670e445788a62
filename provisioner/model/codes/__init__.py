"""Defines the codes of diagnostics: a module for each theme, and `table`, which has all of them.

This module imports none of them, because most code needs the codes of one theme only, and an
application that loads a release pays for each import.
"""
