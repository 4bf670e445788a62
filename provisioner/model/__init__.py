"""The nouns of the package: frozen values and protocols. It imports only the standard library."""
