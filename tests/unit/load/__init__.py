"""Unit tests of lemm_catalog/load."""
