"""Which parts of retrieval earn their place, measured on open collections."""
