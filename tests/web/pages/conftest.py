"""Chromium for the tests of this folder."""

from tests.harness.browser import browser

__all__ = ["browser"]
