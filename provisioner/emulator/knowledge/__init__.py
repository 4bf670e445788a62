"""Files, vector stores with their documents, search, and skills."""
