"""Keys of the manifest language that several modules of `source` look for."""

from typing import Final

FILE: Final = "file"
"""The key whose value names a local file, or a File: `{file: PATH}`."""
