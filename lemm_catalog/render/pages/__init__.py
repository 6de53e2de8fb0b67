"""Pages for browsers: a value to HTML, with no file, clock or request."""
