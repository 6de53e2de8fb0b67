"""The archive formats, one file per kind; they stream members and never write."""
