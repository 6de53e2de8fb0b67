"""What people write for a license, read as one: a closed world of words."""
