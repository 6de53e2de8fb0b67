"""The tests of lemm-catalog, laid out as rooms: see the house rules."""
