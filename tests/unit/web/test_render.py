"""Documents' words in our templates."""

import pytest

from rag.library.conversations import KeptConversation
from rag.schema import Answer, Citation, Passage, Statement
from ui.web.conversation import Exchange
from ui.web.render import _environment, day, place, render, safe_url, short

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)>\" onmouseover='x' {{ 7 * 7 }} ${7 * 7}"


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "//host/x",
        "https:///x",
        "",
        None,
    ],
)
def test_only_web_addresses_become_links(url: str | None) -> None:
    assert safe_url(url) is None


def test_a_web_address_stays_as_it_is() -> None:
    assert safe_url("https://example.org/a?b=c#d") == "https://example.org/a?b=c#d"


def test_everything_that_a_document_can_hold_is_escaped() -> None:
    cited = Citation(
        number=1,
        source_id=HOSTILE,
        version=1,
        title=HOSTILE,
        heading=HOSTILE,
        start=0,
        end=5,
        quote=HOSTILE,
        passage=HOSTILE,
    )
    found = Passage(source_id=HOSTILE, version=1, title=HOSTILE, start=0, end=5, text=HOSTILE)
    said = Statement(text=HOSTILE, citations=(1,), reason=HOSTILE)
    about = {"question": HOSTILE, "standalone_question": HOSTILE, "answer": HOSTILE}
    html = render(
        "transcript.html",
        suggestions=(),
        count=0,
        kept=KeptConversation("c", HOSTILE, "", "", 3),
        linked=None,
        notice=None,
        conversation=(
            Exchange(HOSTILE, answer=Answer(**about, statements=(said,), citations=(cited,), notes=(HOSTILE,))),  # type: ignore[arg-type]
            Exchange(HOSTILE, answer=Answer(**about, refused=True, passages=(found,))),  # type: ignore[arg-type]
            Exchange(HOSTILE, error=HOSTILE),
        ),
    )
    assert "<script" not in html and "<img" not in html and "onerror=alert(1)&gt;" in html
    assert '" onmouseover' not in html and "49" not in html


def test_a_heading_path_does_not_repeat_the_title() -> None:
    found = Passage(
        source_id="s", version=1, title="Tides", start=0, end=1, text="x", heading="Tides › Neap tides", page=3
    )
    assert place(found) == "Tides › Neap tides › page 3"


def test_dates_are_for_reading_and_texts_are_cut_at_words() -> None:
    assert day("2026-11-02T18:06:01+00:00") == "2 Nov 2026"
    assert day("spring 1871") == "spring 1871"
    assert short("one two\nthree four", 9) == "one two …"


def shown(answer: Answer) -> str:
    """One answer as the transcript shows it."""
    template = '{% import "parts.html" as parts %}{{ parts.answer(answer, false) }}'
    return _environment().from_string(template).render(answer=answer)


def test_what_was_asked_for_is_strong_and_still_escaped() -> None:
    said = Statement(text="On <6 July> 2018 it began.", supported=True, emphasis=((3, 16), (17, 19)))
    answer = Answer(question="When?", standalone_question="When?", answer=said.text, statements=(said,))
    assert "On <strong>&lt;6 July&gt; 2018</strong> <strong>it</strong> began.<span" in shown(answer)


@pytest.mark.parametrize("contradicts", [True, False])
def test_that_a_premise_is_contradicted_is_said_before_the_quotes(contradicts: bool) -> None:
    said = Statement(text="It fell.", supported=True)
    answer = Answer(
        question="Why did it rise?", standalone_question="", statements=(said,), contradicts_premise=contradicts
    )
    assert ('The sources say otherwise:</span> <span class="statement">It fell.' in shown(answer)) == contradicts
