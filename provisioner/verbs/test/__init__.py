"""test: ask candidates and live assistants the questions of the manifests' checks."""
