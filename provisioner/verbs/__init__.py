"""One file or one folder a verb: the only room that composes the path, and what a Python user calls."""
