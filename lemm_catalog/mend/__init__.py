"""Mending what is damaged, with no more fetched than it takes."""
