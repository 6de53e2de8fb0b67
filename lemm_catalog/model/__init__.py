"""The nouns: frozen values that know their own shape and nothing of the world."""
