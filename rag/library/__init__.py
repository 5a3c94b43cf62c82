"""What is stored: the catalogue (the truth) and the index derived from it, opened and changed together."""

from rag.library.library import Library, open_library
from rag.library.records import NewChunk, NewVersion

__all__ = ["Library", "NewChunk", "NewVersion", "open_library"]
