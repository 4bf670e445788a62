"""explain: describe kinds, fields and codes of diagnostics, from the program's own tables."""
