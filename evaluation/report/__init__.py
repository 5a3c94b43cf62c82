"""Reports of a run: a page to read and send on, and tables for other tools."""
