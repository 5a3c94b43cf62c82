"""The pages of the web app, one a file."""
