"""Question sets, metrics, runs, comparisons and reports."""
