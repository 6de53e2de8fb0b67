"""Unit tests of lemm_catalog/render."""
