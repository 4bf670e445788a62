"""Render plans and reports as text and JSON.

Renderers are pure: they read no clock and no terminal, and colour is a parameter. Live values come
from a server and are shown to a person, so every string passes through `visible`, and every
sensitive value is masked before.
"""
