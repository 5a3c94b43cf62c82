"""Measurements of speed and quality, each a command."""
