"""One frozen tree of settings, from `footnote.toml`, then ``FOOTNOTE_*`` variables, then arguments.

Only `load_settings` reads the environment; the tree is passed in, never global.
"""

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import platformdirs
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)
from pydantic_settings import SettingsError as UnreadableSettings

from rag.errors import SettingsError

CONFIG_FILE = Path("footnote.toml")


class Section(BaseModel):
    """Base of the settings' sections: frozen, unknown keys are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class EmbedderSettings(Section):
    """The model that turns text into vectors."""

    model: str = Field(
        "all-MiniLM-L6-v2",
        description="'all-MiniLM-L6-v2' (comes with the install), a folder, or any sentence-transformers name",
    )
    max_tokens: int = Field(256, ge=16, le=8192, description="word pieces read of a text; the rest is cut")
    threads: int = Field(0, ge=0, description="threads used to embed; 0: as many as there are cores")


class ChunkingSettings(Section):
    """How sources are cut into chunks."""

    max_tokens: int = Field(200, ge=32, le=8192, description="word pieces in a chunk, its header not counted")
    overlap_sentences: int = Field(1, ge=0, le=5, description="sentences repeated when a long paragraph is cut")


class IngestSettings(Section):
    """How sources are read."""

    max_file_mb: int = Field(100, ge=1, le=4096, description="larger files are refused")
    parse_seconds: int = Field(120, ge=1, description="longest time to parse one file")
    parse_memory_mb: int = Field(1500, ge=256, description="memory that parsing one file may take")
    fetch_seconds: int = Field(30, ge=1, description="longest time to fetch one URL")
    probes: int = Field(5, ge=0, le=100, description="sentences of a new source searched for, to see that it is found")
    keep_originals: bool = Field(
        True, description="keep a copy of each PDF in the library, so that cited words can be shown on their page"
    )
    allow_private_addresses: bool = Field(False, description="fetch from addresses inside your network, too")


class RetrievalSettings(Section):
    """How passages are found."""

    mode: Literal["hybrid", "dense", "bm25"] = Field("hybrid", description="by meaning and words, or one alone")
    fetch_k: int = Field(50, ge=1, le=1000, description="candidates from each of dense and BM25")
    top_k: int = Field(8, ge=1, le=100, description="passages shown to the answerer")
    fusion: Literal["convex", "rrf"] = Field("convex", description="sum of scaled scores, or reciprocal rank fusion")
    dense_weight: float = Field(0.5, ge=0, le=1, description="weight of dense against BM25 in convex fusion")
    rrf_k: int = Field(60, ge=1, description="constant of reciprocal rank fusion")
    mend_spelling: bool = Field(True, description="mend words of a question that are misspelt and not in the library")
    merge_neighbours: bool = Field(True, description="merge neighbouring chunks of one source")
    duplicate_overlap: float = Field(
        0.9, gt=0, le=1, description="share of words from which two passages count as the same"
    )


class RerankerSettings(Section):
    """An optional cross-encoder that orders the candidates again."""

    model: str | None = Field(None, description="a sentence-transformers cross-encoder; none: no reranking")
    candidates: int = Field(30, ge=1, le=200, description="passages it reads")


class AnsweringSettings(Section):
    """How answers are written, and when Footnote declines."""

    answerer: Literal["auto", "extractive", "generative"] = Field(
        "auto", description="quotes, or a chat model's prose; auto: prose where a chat model is set"
    )
    scorer: Literal["reader", "sum"] = Field(
        "reader",
        description="what chooses an extractive answer's sentences: the packaged reader with a sum set by hand, or the "
        "sum alone, which is faster",
    )
    max_sentences: int = Field(5, ge=1, le=20, description="sentences in an extractive answer, at most")
    min_confidence: float = Field(0.5, ge=0, le=1, description="below this, the sources are said not to answer")
    precision: float | None = Field(
        None,
        gt=0,
        le=1,
        description="share of the answers that shall be right, on open questions; sets min_confidence in its place",
    )
    strict: bool = Field(False, description="remove unsupported sentences instead of marking them")


class ChatSettings(Section):
    """The chat model, if there is one."""

    model: str | None = Field(None, description="'provider:model' as LangChain's init_chat_model takes it")
    base_url: str | None = Field(None, description="address of an OpenAI-compatible server")
    api_key: SecretStr | None = Field(None, description="its key; never stored or shown")
    temperature: float = Field(0.0, ge=0, le=2, description="0: the likeliest words; higher: more varied")
    context_tokens: int = Field(8192, ge=512, description="the model's context window")
    max_tokens: int = Field(700, ge=16, description="longest answer")
    timeout: float = Field(60, gt=0, description="seconds without a token before giving up")
    retries: int = Field(2, ge=0, le=10, description="further tries when the model can't be reached or is busy")
    best_of: int = Field(1, ge=1, le=8, description="answers drawn, the best supported kept")
    decompose: bool = Field(False, description="split a many-part question first")
    rewrite: bool = Field(False, description="let the model rewrite a follow-up")
    price_in: float | None = Field(None, ge=0, description="what a million tokens that it reads cost; none: not shown")
    price_out: float | None = Field(None, ge=0, description="what a million tokens that it writes cost")
    ollama: str = Field(
        "http://127.0.0.1:11434",
        description="where an Ollama is looked for, to offer its models; empty: nowhere",
    )


class Settings(BaseSettings):
    """Everything that can be set. Written in `footnote.toml`, or as ``FOOTNOTE_SECTION__KEY``."""

    model_config = SettingsConfigDict(
        frozen=True, extra="forbid", env_prefix="FOOTNOTE_", env_nested_delimiter="__", toml_file=CONFIG_FILE
    )

    library: Path = Field(
        default_factory=lambda: Path(platformdirs.user_data_dir("footnote", appauthor=False)),
        description="folder that holds the library",
    )
    cache: Path = Field(
        default_factory=lambda: Path(platformdirs.user_cache_dir("footnote", appauthor=False)),
        description="folder for what can be made again, such as converted models",
    )
    embedder: EmbedderSettings = EmbedderSettings()
    ingest: IngestSettings = IngestSettings()
    chunking: ChunkingSettings = ChunkingSettings()
    retrieval: RetrievalSettings = RetrievalSettings()
    reranker: RerankerSettings = RerankerSettings()
    answering: AnsweringSettings = AnsweringSettings()
    chat: ChatSettings = ChatSettings()

    @field_validator("library", "cache")
    @classmethod
    def _at_home(cls, path: Path) -> Path:
        return path.expanduser()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments win over variables, variables over the file."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)

    def fingerprint(self) -> str:
        """A short hash of what can change an answer: everything but places, keys and prices."""
        silent = {"api_key", "price_in", "price_out", "ollama"}
        shown = self.model_dump_json(exclude={"library": True, "cache": True, "chat": silent})
        return hashlib.sha256(shown.encode()).hexdigest()[:12]


def load_settings(overrides: Mapping[str, Any] | None = None) -> Settings:
    """The settings in force.

    Args:
        overrides: Values that win over file and environment, as a nested mapping.

    Raises:
        SettingsError: A key is unknown or a value doesn't fit, naming it.
    """
    for name in os.environ:
        section, nested, _ = name.removeprefix("FOOTNOTE_").partition("__")
        if name.startswith("FOOTNOTE_") and nested and section.lower() not in Settings.model_fields:
            raise SettingsError(f"The variable {name} sets nothing.", "Mend its name or unset it.")
    try:
        return Settings(**dict(overrides or {}))
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        given = "" if "key" in key.lower() else f" (given: {first.get('input')!r})"  # a secret isn't shown
        raise SettingsError(
            f"The setting '{key}' doesn't fit: {first['msg']}{given}.",
            f"Mend it in {CONFIG_FILE} or in the variable FOOTNOTE_{key.replace('.', '__').upper()}.",
        ) from None
    except UnreadableSettings as error:
        raise SettingsError(f"A FOOTNOTE_ variable can't be read: {error}.", "Mend or unset it.") from None
    except (OSError, ValueError) as error:
        raise SettingsError(f"{CONFIG_FILE} can't be read: {error}.", "Mend the file or move it away.") from None
