"""The report of a run, opened from disk in a real browser that has no network."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from evaluation.comparison import compare_runs
from evaluation.evidence import Texts
from evaluation.provenance import provenance
from evaluation.questions import Question, QuestionSet
from evaluation.report.page import write_report
from evaluation.running import run_questions
from evaluation.scoring import Scorer
from rag.schema import Answer, Citation, Inquiry, Passage
from rag.settings import load_settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

TEXT = (
    "The mill was built in 1804. It ground rye <script>document.title = 'stolen'</script> and oats. A flood broke it."
)
HOSTILE = "<img src=x onerror=\"document.title='stolen'\"> </script><script>document.title='stolen'</script> rye?"


def answer(inquiry: Inquiry, quote: str, refused: bool = False) -> Answer:
    start = TEXT.index(quote)
    place = {"source_id": "mill", "version": 1, "title": "The mill <b>", "start": start, "end": start + len(quote)}
    return Answer(
        question=inquiry.question,
        standalone_question=inquiry.question,
        answer="The sources don't say." if refused else f"{quote} [1] [7]",
        refused=refused,
        confidence=0.2 if refused else 0.9,
        citations=() if refused else (Citation(number=1, quote=quote, passage=TEXT, **place),),
        passages=(Passage(text=TEXT, **(place | {"start": 0, "end": len(TEXT)})),),
    )


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    built = ("The mill was built in 1804.",)
    questions = [
        Question(id="a b%", question="When was it built?", answerable=True, key_facts=(("1804",),), evidence=built),
        Question(
            id="rye", question=HOSTILE, answerable=True, key_facts=(("rye",),), evidence=("It ground rye",), type="why"
        ),
        Question(
            id="flood", question="What broke it?", answerable=True, key_facts=(("flood",),), evidence=("A flood",)
        ),
        Question(id="dog", question="Whose dog was it?", answerable=False, type="unanswerable"),
    ]
    folder, texts = tmp_path_factory.mktemp("runs"), Texts({"mill": TEXT})
    made_by = provenance(QuestionSet("mill", tuple(questions)), load_settings(), texts, 1)

    def ask(inquiry: Inquiry) -> Answer:
        return answer(inquiry, built[0], refused="broke" in inquiry.question)

    def ask_better(inquiry: Inquiry) -> Answer:
        return answer(inquiry, built[0], refused="dog" in inquiry.question)

    runs = [
        run_questions(questions, way, folder / name, Scorer(texts), made_by)
        for name, way in (("before", ask_better), ("now", ask))
    ]
    return write_report(runs[1], compare_runs(*runs))


@pytest.fixture
def opened(browser: "Browser", report: Path) -> "Iterator[Callable[..., Page]]":
    """Opens the report offline; fails the test if it had an error or asked for anything."""
    faults: list[str] = []
    contexts = []

    def go(width: int = 1440, fragment: str = "", **context: object) -> "Page":
        contexts.append(browser.new_context(viewport={"width": width, "height": 900}, offline=True, **context))  # type: ignore[arg-type]
        page = contexts[-1].new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda said: faults.append(said.text))
        page.on("request", lambda asked: faults.append(asked.url) if not asked.url.startswith("file:") else None)
        page.goto(report.as_uri() + fragment)
        return page

    yield go
    for context in contexts:
        context.close()
    assert not faults


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_report_shows_its_plots_without_a_network(opened: "Callable[..., Page]", width: int, scheme: str) -> None:
    page = opened(width, color_scheme=scheme)
    plots = page.locator("figure svg")
    assert plots.count() == 6
    for plot in plots.all():
        box = plot.bounding_box()
        assert box and box["width"] > 250 and box["height"] > 30
        assert plot.locator("rect, path").count() > 0
    assert page.evaluate("document.documentElement.scrollWidth") <= width, "nothing sticks out to the side"
    colours = page.evaluate("[getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]")
    assert colours[0] != colours[1]


def test_what_sources_and_questions_hold_is_text_and_never_code(opened: "Callable[..., Page]") -> None:
    page = opened()
    page.locator("#rye > summary").click()
    page.locator("#rye .passages > summary").click()
    page.wait_for_timeout(100)
    assert page.title() == "mill · evaluation report"
    assert page.locator("#rye .asked").inner_text().startswith("<img src=x")
    assert page.locator("img, script:not(:last-of-type)").count() == 0


def test_the_questions_are_filtered_by_where_they_went_wrong(opened: "Callable[..., Page]") -> None:
    page = opened()
    shown = ".question:not([hidden])"
    assert page.locator(shown).count() == 4
    page.get_by_role("button", name="retrieved but refused").click()
    assert [one.get_attribute("id") for one in page.locator(shown).all()] == ["flood"]
    page.get_by_role("button", name="Not right").click()
    assert page.locator(shown).count() == 3
    page.select_option("#type", "why")
    assert [one.get_attribute("id") for one in page.locator(shown).all()] == ["rye"]
    page.fill("#find", "no such words")
    assert page.locator(shown).count() == 0
    assert page.inner_text("#count") == "0 of 4 shown"


def test_a_question_shows_what_was_expected_given_retrieved_and_cited(opened: "Callable[..., Page]") -> None:
    page = opened(fragment="#rye")
    assert page.locator("#rye").get_attribute("open") is not None, "a link to a question opens it"
    body = page.locator("#rye .body")
    assert "not cited" in body.inner_text() and "retrieved, passage 1" in body.inner_text()
    assert body.locator(".facts .no").inner_text().endswith("rye")
    page.locator("#rye .passages > summary").click()
    assert page.locator("#rye .passage mark.gold").all_inner_texts() == ["It ground rye"]
    assert page.locator("#rye .passage mark.cited").all_inner_texts() == ["The mill was built in 1804."]
    assert body.locator("a.marker").count() == 1, "a number that cites nothing isn't a link"


def test_the_comparison_with_the_baseline_is_said_and_leads_to_the_questions_that_turned(
    opened: "Callable[..., Page]",
) -> None:
    page = opened()
    assert "B has 1 of 4 questions right against 2" in page.inner_text(".sentence")
    page.get_by_role("link", name="Whose dog was it?").click()
    assert page.locator("#dog").get_attribute("open") is not None


def test_a_footnote_leads_to_its_citation_whatever_the_id_holds(opened: "Callable[..., Page]") -> None:
    page = opened(fragment="#a%20b%25")
    page.locator(".question[open] a.marker").click()
    assert "The mill was built in 1804." in page.evaluate("document.querySelector(':target').innerText")
    opened(fragment="#100%")
