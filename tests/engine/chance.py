"""Chance that repeats: the same seed, the same test."""

from random import Random

__all__ = ["Random", "chance"]


def chance(seed: int) -> Random:
    return Random(seed)  # noqa: S311 - nothing is kept secret with it
