"""The ways to use Footnote: command line, web app, HTTP API."""
