"""Parts that several runtimes share: bindings of vector stores, wire paths, and readers of answers."""
