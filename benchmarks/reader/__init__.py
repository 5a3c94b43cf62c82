"""Fits and measures the sentence scorer."""
