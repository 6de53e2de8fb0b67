"""Unit tests of lemm_catalog/model."""
