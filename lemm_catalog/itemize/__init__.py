"""Tables of items: found, read, and made a choice of members by."""
