"""Unit tests, which mirror the package."""
