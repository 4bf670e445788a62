"""Carry out a plan. This is the only room that changes anything on the live side."""

from provisioner.apply.perform import perform
from provisioner.apply.run import Event, Limits, Run

__all__ = ["Event", "Limits", "Run", "perform"]
