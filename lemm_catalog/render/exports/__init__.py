"""Exports: a selection in the formats of other programs, one file each."""
