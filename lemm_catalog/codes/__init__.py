"""What each code of a problem means: the pages behind the sentences."""
