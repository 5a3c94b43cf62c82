"""What the server refuses, and what every response carries."""

import re

import httpx
import pytest


def test_a_page_may_only_load_from_here_and_run_its_own_scripts(site: str) -> None:
    page = httpx.get(site)
    policy = page.headers["content-security-policy"]
    nonce = re.search(r"script-src 'self' 'nonce-([^']+)'", policy)
    assert nonce and "unsafe-inline" not in policy.split("style-src")[0]
    assert all(f'nonce="{nonce[1]}"' in tag for tag in re.findall(r"<script[^>]*>", page.text))
    assert not re.search(r'(?:src|href|content)="https?://', page.text)
    assert nonce[1] not in httpx.get(site).text
    assert page.headers["x-content-type-options"] == "nosniff"
    assert page.headers["referrer-policy"] == "no-referrer"


def test_a_foreign_name_for_this_address_is_refused(site: str) -> None:
    assert httpx.get(f"{site}/view/sources", headers={"host": "evil.example"}).status_code == 400


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/file=/etc/passwd",
        "/gradio_api/file=pyproject.toml",
        "/docs",
        "/openapi.json",
        "/view/static/../app.py",
        "/monitoring",
    ],
)
def test_nothing_else_is_served(site: str, path: str) -> None:
    assert httpx.get(site + path).status_code in (401, 403, 404)


def test_no_function_of_the_pages_is_offered_as_an_api(site: str) -> None:
    found = httpx.get(f"{site}/gradio_api/info").json()
    assert not found["named_endpoints"] and not found["unnamed_endpoints"]


def test_a_source_that_is_not_there_is_explained(site: str) -> None:
    gone = httpx.get(f"{site}/view/source/<script>alert(1)", params={"start": 5})
    assert gone.status_code == 404
    assert "There is no source" in gone.text and "<script>" not in gone.text
    assert httpx.get(f"{site}/view/source/x", params={"start": -1}).status_code == 422
