from pathlib import Path

import pytest

from rag.errors import SettingsError
from rag.settings import load_settings


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder without a footnote.toml."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_arguments_win_over_variables_and_variables_over_the_file(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (elsewhere / "footnote.toml").write_text("[retrieval]\nfetch_k = 11\ntop_k = 12\nrrf_k = 13\n")
    monkeypatch.setenv("FOOTNOTE_RETRIEVAL__TOP_K", "22")
    monkeypatch.setenv("FOOTNOTE_RETRIEVAL__RRF_K", "23")
    settings = load_settings({"retrieval": {"rrf_k": 33}})
    assert (settings.retrieval.fetch_k, settings.retrieval.top_k, settings.retrieval.rrf_k) == (11, 22, 33)


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ("[retrieval]\ntop_kk = 3", "retrieval.top_kk"),
        ("[retrival]\ntop_k = 3", "retrival"),
        ("[retrieval]\ntop_k = 'many'", "retrieval.top_k.*given: 'many'"),
        ("[retrieval]\ntop_k = 0", "retrieval.top_k.*FOOTNOTE_RETRIEVAL__TOP_K"),
        ("top_k = ", "footnote.toml can't be read"),
    ],
)
def test_what_does_not_fit_in_the_file_is_named(elsewhere: Path, content: str, named: str) -> None:
    (elsewhere / "footnote.toml").write_text(content)
    with pytest.raises(SettingsError, match=named):
        load_settings()


@pytest.mark.parametrize("name", ["FOOTNOTE_RETRIVAL__TOP_K", "FOOTNOTE_RETRIEVAL__TOP_KK", "FOOTNOTE_RETRIEVAL"])
def test_what_does_not_fit_in_the_environment_is_named(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "3 x")
    with pytest.raises(SettingsError, match=r"(?i)retrieval|FOOTNOTE_RETRIVAL__TOP_K"):
        load_settings()


def test_a_key_is_shown_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load_settings({"chat": {"api_key": "sk-secret"}})
    assert "sk-secret" not in repr(settings) + settings.model_dump_json()
    with pytest.raises(SettingsError) as raised:
        load_settings({"chat": {"api_keys": "sk-secret"}})
    assert "sk-secret" not in str(raised.value)


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        load_settings().retrieval.top_k = 3  # type: ignore[misc]


def test_the_fingerprint_tells_what_changes_answers_from_what_does_not(tmp_path: Path) -> None:
    plain = load_settings().fingerprint()
    assert load_settings({"library": tmp_path, "chat": {"api_key": "sk-other"}}).fingerprint() == plain
    assert load_settings({"retrieval": {"top_k": 3}}).fingerprint() != plain


def test_a_tilde_is_the_home_folder() -> None:
    assert load_settings({"library": "~/docs"}).library == Path.home() / "docs"
