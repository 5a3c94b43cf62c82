"""Questions about a source as a whole: what it is about, who wrote it, when and where it was published."""
