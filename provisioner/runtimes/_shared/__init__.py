"""Parts that several runtimes share: bindings of knowledge, wire paths, and readers of answers."""
