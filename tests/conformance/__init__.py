"""One suite for each family, passed by every kind of it."""
