"""The Library page: figures, the doctor, the settings."""

from tests.browser.conftest import OpenPage


def test_the_library_is_described_and_found_sound(open_page: OpenPage) -> None:
    page = open_page(390, 844)
    page.get_by_role("tab", name="Library").click()
    page.wait_for_selector(".facts")
    assert page.inner_text(".figures dd >> nth=0") == "4"
    page.get_by_text("Settings in force").click()
    assert "retrieval.top_k" in page.inner_text(".settings")
    page.click("#check")
    page.wait_for_selector("#health .verdict", timeout=20_000)
    assert "Nothing is wrong" in page.inner_text("#health")
    assert page.locator("#repair").is_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
