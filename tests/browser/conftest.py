"""The tests of pages are collected where a browser is found, or where one is required."""

from __future__ import annotations

import os

import pytest

from tests.support.browser import CHROMIUM

if CHROMIUM is None and os.environ.get("PROVISIONER_TEST_BROWSER") == "required":
    raise pytest.UsageError("No Chromium is here, and PROVISIONER_TEST_BROWSER requires one.")

collect_ignore = [] if CHROMIUM else ["test_pages.py"]
