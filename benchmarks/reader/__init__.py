"""Trains the reader, and fits what it is weighed by."""
