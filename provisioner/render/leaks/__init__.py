"""Render the survey of `gc` in every format: leaked objects, their owners, their cost, the proof."""
