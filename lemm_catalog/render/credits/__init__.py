"""The credits of datasets as documents, one format a file."""
