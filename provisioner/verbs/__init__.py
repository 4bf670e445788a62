"""The verbs, one file or folder each, which applications call too.

No other room composes reading, planning and applying.
"""
