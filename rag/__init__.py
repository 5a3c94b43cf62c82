"""The answer path: from a question to an answer whose every sentence is cited. Imports none of its siblings."""
