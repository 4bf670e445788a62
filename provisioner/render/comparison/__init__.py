"""Render the differences between two sides (environments, targets, runs) as text, JSON and Markdown."""
