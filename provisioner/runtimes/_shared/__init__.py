"""Several runtimes share these: bindings of knowledge, wire paths, and readers of answers."""
