"""Leaks and their cost, found in an inventory. Nothing here sends a request or reads a clock."""
