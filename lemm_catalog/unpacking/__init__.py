"""How members are written: by one thread, by several, or by processes."""
