"""Limits that several APIs share: JSON Schema keywords that `core/wire.py` adds to a field's schema."""

from __future__ import annotations

from provisioner.emulator.core.shapes import Schema

NULLABLE: Schema = {"nullable": True}
ONE_OR_MORE: Schema = {"minLength": 1}
FUNCTION_NAME: Schema = {"minLength": 1, "maxLength": 64, "pattern": "^[a-zA-Z0-9_-]+$"}


def between(low: float, high: float) -> Schema:
    return {"minimum": low, "maximum": high}
