"""`pull` writes manifests from an export of assistants; `run` is the verb."""
