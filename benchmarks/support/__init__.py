"""Fits and measures the check of a sentence against its source."""
