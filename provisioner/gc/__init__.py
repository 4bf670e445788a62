"""Finds leaks and their cost in an inventory. Nothing here sends a request or reads a clock."""
