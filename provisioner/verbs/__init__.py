"""One file a verb: the only room that composes the path, and what a Python user calls."""
