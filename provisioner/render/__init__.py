"""Plan and Report -> text and JSON. Pure: no clock, no terminal; colour is a parameter.

Stands at the end of the path. Live values come from a server and are shown to a person, so every
string passes through `visible` on its way out, and every sensitive one stays behind.
"""
