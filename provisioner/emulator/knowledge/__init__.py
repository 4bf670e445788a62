"""The APIs of files, vector stores with their documents, search in them, and skills.

A document is a file that is attached to a vector store: a `vector_store.file` of the API.
"""
