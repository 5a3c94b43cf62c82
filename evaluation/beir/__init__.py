"""Retrieval over a benchmark in BEIR's format: measured, with runs that other tools can score."""
