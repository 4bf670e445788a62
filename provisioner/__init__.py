"""Assistants as code: plan, apply and collect AI assistants from YAML manifests."""

__version__ = "0.1.0"
