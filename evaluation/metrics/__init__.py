"""What is measured, one idea a file: per question first, then over a set."""
