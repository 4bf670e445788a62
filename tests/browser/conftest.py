"""The tests of pages are collected where a browser is found. A pipeline has to have one."""

from __future__ import annotations

import os

import pytest

from tests.support.browser import CHROMIUM

if CHROMIUM is None and os.environ.get("CI") == "true":
    raise pytest.UsageError("No Chromium is here, and a pipeline has to test pages: see .ci/run.")

collect_ignore = [] if CHROMIUM else ["test_pages.py"]
