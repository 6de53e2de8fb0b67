"""Unit tests of lemm_catalog/rules."""
