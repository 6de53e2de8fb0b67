"""The engine: one artifact from its sources to a verified file."""
