"""Tests of what guards a catalog that is changed by pull requests."""
