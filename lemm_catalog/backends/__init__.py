"""The ways to reach bytes, one file per kind; they read and never write."""
