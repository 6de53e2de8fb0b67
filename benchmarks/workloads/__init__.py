"""The workloads: one file a kind, all named in the table."""
