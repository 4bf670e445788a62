"""Render plans, reports and other results of verbs in the formats that `--format` names.

Renderers are pure: they read no clock and no terminal, and colours are a parameter. Live values
come from a server, so every text is made harmless (`visible`) and every secret is masked before it
is shown.
"""
