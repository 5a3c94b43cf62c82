"""The web app: ask, and read the words an answer rests on."""

from ui.web.app import build, create_app, serve

__all__ = ["build", "create_app", "serve"]
