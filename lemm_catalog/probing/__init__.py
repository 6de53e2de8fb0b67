"""Asking sources what they have, without taking it."""
