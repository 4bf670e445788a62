"""The survey of `gc` in every format: what leaked, whose it is, what it costs, and the proof."""
