import pytest

from ui.reference import DOCS, commands_page, settings_page


@pytest.mark.parametrize(("name", "page"), [("settings.md", settings_page), ("commands.md", commands_page)])
def test_reference_pages_are_up_to_date(name: str, page: object) -> None:
    assert callable(page)
    assert (DOCS / name).read_text(encoding="utf-8") == page(), "run 'python -m ui.reference'"


def test_every_setting_and_every_option_is_explained() -> None:
    for page in (settings_page(), commands_page()):
        assert [line for line in page.splitlines() if line.endswith("|  |")] == []
