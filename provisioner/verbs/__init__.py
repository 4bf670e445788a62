"""The verbs, one file or folder for each, which the command line and applications call.

Only verbs compose reading, planning and applying.
"""
