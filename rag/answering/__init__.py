"""From passages to an answer whose every statement carries its footnote."""
