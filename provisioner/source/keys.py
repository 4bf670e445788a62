"""Keys of the manifest language that more than one module of this room looks for."""

from typing import Final

FILE: Final = "file"
"""The key beside which a manifest names a local file, or a File: `{file: PATH}`."""
