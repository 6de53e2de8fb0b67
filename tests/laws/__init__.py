"""Laws that hold for whatever input hypothesis thinks of."""
