"""How sources stand, for people, for programs and for an issue."""
