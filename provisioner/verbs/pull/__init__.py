"""pull: write manifests from an export of assistants."""
