"""Exports, as the programs that they are for read them."""
