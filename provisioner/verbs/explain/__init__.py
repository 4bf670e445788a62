"""explain: describe kinds, fields and codes of diagnostics. It reads only our own tables."""
