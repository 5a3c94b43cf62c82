"""The way in: from a file or a URL to a source in the library."""
