"""Render what differs between two sides, as text, JSON and Markdown."""
