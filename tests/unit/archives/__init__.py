"""The archive formats, taken apart."""
