"""Performs a plan. This is the only package that changes anything on a target."""

from provisioner.apply.perform import perform
from provisioner.apply.run import Event, Limits, Run

__all__ = ["Event", "Limits", "Run", "perform"]
