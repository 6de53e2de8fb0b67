"""Differences between catalogs, for people, for pull requests and for programs."""
