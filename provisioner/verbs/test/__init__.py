"""`test` asks candidates and live assistants the checks of the manifests; `run` is the verb."""
