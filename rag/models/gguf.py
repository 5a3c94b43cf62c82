"""A GGUF file as a chat model: llama.cpp's own server, in this process, on a free port of this host.

Through the server it is one more OpenAI-compatible model, with the chat template that the file carries.
"""

import os
from functools import lru_cache
from pathlib import Path
from typing import Any

from rag.errors import ModelError

PROVIDER = "gguf"


@lru_cache(maxsize=1)
def serve(path: str, context_tokens: int) -> "GgufServer":
    """The server for a GGUF file, started the first time it is asked for.

    Raises:
        ModelError: There is no such file, xllamacpp isn't installed, or it can't read the file.
    """
    return GgufServer(Path(path).expanduser(), context_tokens)


class GgufServer:
    """llama.cpp with one model, answering on `base_url` until this object is dropped."""

    def __init__(self, path: Path, context_tokens: int) -> None:
        if not path.is_file():
            raise ModelError(f"There is no GGUF file {path}.", "Name it as 'gguf:/path/to/model.gguf'.")
        try:
            import xllamacpp
        except ImportError:
            raise ModelError(
                "A GGUF file needs llama.cpp, which isn't installed.", "Run: pip install 'footnote[gguf]'"
            ) from None
        params: Any = xllamacpp.CommonParams()
        params.model.path = str(path)
        params.n_ctx = context_tokens
        params.n_parallel = 1
        params.port = 0
        params.verbosity = 0
        # llama.cpp's threads spin while they wait: on busy cores, as many as there are cores ran ten times slower.
        params.cpuparams.n_threads = params.cpuparams_batch.n_threads = max(1, len(os.sched_getaffinity(0)) // 2)
        try:
            self._server = xllamacpp.Server(params)
        except Exception as error:  # the extension raises plain kinds
            raise ModelError(f"llama.cpp can't load {path}: {error}.", "Check that it is a whole GGUF file.") from None
        self.base_url = f"{self._server.listening_address}/v1"
