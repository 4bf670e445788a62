"""The modules that all APIs of the embedded server share.

They handle requests, storage and schemas, and contain the common parts of the stand-in model: the
code that answers here where the platform asks a language model.
"""
