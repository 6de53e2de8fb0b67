"""Unit tests of the servers that the other tests rely on."""
