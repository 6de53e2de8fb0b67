"""The verbs: each one wires rooms together and returns a value, without a word."""
