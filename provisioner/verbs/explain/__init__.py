"""explain: what kinds, fields and codes of diagnostics are. Reads nothing but our own tables."""
