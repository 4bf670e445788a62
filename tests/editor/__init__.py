"""Drives a real editor's language server through every sample. It is no part of the suite.

npm install yaml-language-server
python -m tests.editor --server node_modules/.bin/yaml-language-server
"""
