"""What several runtimes share: knowledge on vector stores, places of fields on a wire, short words."""
