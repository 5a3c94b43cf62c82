import html.parser
import json

import pytest

from rag.library.conversations import KeptConversation, KeptExchange
from rag.schema import Answer, Citation, Passage, Statement
from ui.web.export import answer_as_markdown, as_html, as_json, as_markdown, escaped

HOSTILE = (
    "<script>alert(1)</script> [x](javascript:alert(2)) ![y](http://foreign.example/z.png) </mark></p> [^1]: forged "
    "**bold** `code` | cell | ~~gone~~ &lt; $x$ \\"
)


def citation(number: int, quote: str, title: str = "Ships", url: str | None = "https://ships.example/a b") -> Citation:
    return Citation(
        number=number,
        source_id=f"id-{title}",
        version=3,
        title=title,
        url=url,
        page=7,
        start=0,
        end=len(quote),
        quote=quote,
        passage=quote,
    )


def exchange(question: str, said: str, *citations: Citation, supported: bool = True) -> KeptExchange:
    statement = Statement(text=said, citations=tuple(c.number for c in citations), supported=supported, reason=None)
    answer = Answer(
        question=question, standalone_question=question, answer=said, statements=(statement,), citations=citations
    )
    return KeptExchange("e1", "c1", question, "2026-11-22T18:06:01+00:00", answer)


def conversation(title: str = "How many ships?") -> KeptConversation:
    return KeptConversation("c1", title, "2026-11-22T18:06:01+00:00", "2026-11-22T18:07:01+00:00", 1)


class Tags(html.parser.HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))


def test_an_answer_as_markdown_has_its_footnotes_below_it() -> None:
    asked = exchange("How many ships?", "Three ships left.", citation(1, "Three  ships\nleft."))
    assert answer_as_markdown(asked) == (
        "## How many ships?\n\nThree ships left.[^1]\n\n"
        "[^1]: “Three ships left.” Ships › page 7 <https://ships.example/a%20b>\n"
    )


def test_the_footnotes_of_a_conversation_are_numbered_through() -> None:
    asked = [
        exchange("One?", "A.", citation(1, "A."), citation(2, "B.", "Boats", None)),
        KeptExchange("e2", "c1", "Two?", "2026-11-22"),
        exchange("Three?", "C.", citation(1, "C.")),
    ]
    text = as_markdown(conversation(), asked)
    assert text.startswith("# How many ships?\n\n## One?\n\nA.[^1][^2]\n\n[^1]: “A.”")
    assert "## Two?\n\n*Not answered.*" in text
    assert "C.[^3]\n\n[^3]: “C.”" in text
    assert text.endswith("## Sources\n\n- Ships <https://ships.example/a%20b>\n- Boats\n")


def test_hostile_words_are_text_in_markdown() -> None:
    asked = exchange(HOSTILE, HOSTILE, citation(1, HOSTILE, HOSTILE, "javascript:alert(3)"), supported=False)
    text = as_markdown(conversation(HOSTILE), [asked])
    ours = text.replace("[^1]: “", "").replace("[^1]", "")  # the one footnote that is ours
    assert text.count("\n[^1]: ") == 1
    for special in "[]<>`|~$":  # each has a backslash before it
        assert ours.count(special) == ours.count("\\" + special) > 0
    assert "javascript:alert(3)" not in text
    assert " \\\\” " in text  # a backslash at the end takes nothing with it


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("# Not a heading", "\\# Not a heading"),
        ("12. Not a list", "12\\. Not a list"),
        ("- Not a list", "\\- Not a list"),
        ("> Not a quote", "\\> Not a quote"),
        ("    Not\ncode", "Not code"),
        ("---", "\\---"),
        ("1999 was a year.", "1999 was a year."),
        ("snake_case & 2 * 3", "snake\\_case \\& 2 \\* 3"),
        ("", ""),
    ],
)
def test_a_line_begins_no_block(text: str, line: str) -> None:
    assert escaped(text) == line


def test_emphasis_is_kept() -> None:
    said = Statement(text="It was built in 1871*.", citations=(), supported=True, emphasis=((16, 20),))
    answer = Answer(question="", standalone_question="", statements=(said,))
    assert "It was built in **1871**\\*." in answer_as_markdown(KeptExchange("e", "c", "When?", "", answer))


def test_a_refusal_is_kept_with_the_closest_passages() -> None:
    passage = Passage(
        source_id="s", version=1, title="Boats", start=0, end=5, text="# Bo\nats", url="https://b.example"
    )
    answer = Answer(
        question="Q?", standalone_question="Q?", answer="The sources don't say.", refused=True, passages=(passage,)
    )
    asked = KeptExchange("e", "c", "Q?", "2026-11-22", answer)
    assert "don't say.\n\nThe closest passages:\n\n- Boats: # Bo ats <https://b.example>\n" in answer_as_markdown(asked)
    assert "# Bo\nats" in as_html(conversation(), [asked])


def test_hostile_words_are_text_in_html() -> None:
    asked = exchange(HOSTILE, HOSTILE, citation(1, HOSTILE, HOSTILE, "javascript:alert(3)"), supported=False)
    page = as_html(conversation(HOSTILE), [asked])
    tags = Tags()
    tags.feed(page)
    names = {tag for tag, _ in tags.seen}
    assert not names & {"script", "img", "iframe", "link", "object", "mark"}
    assert {attributes["href"] for tag, attributes in tags.seen if tag == "a"} == {"#n1-1"}
    assert not any(name.startswith("on") for _, attributes in tags.seen for name in attributes)
    assert page.count("&lt;script&gt;") == 7  # title twice, question, statement, quote, place and source


def test_html_needs_nothing_from_elsewhere() -> None:
    page = as_html(conversation(), [exchange("One?", "A.", citation(1, "A."))])
    tags = Tags()
    tags.feed(page)
    assert not [attributes for _, attributes in tags.seen if "src" in attributes]
    assert "default-src 'none'" in page
    assert 'href="https://ships.example/a b"' in page


def test_json_has_the_answers_as_they_are() -> None:
    asked = exchange(HOSTILE, HOSTILE, citation(1, HOSTILE))
    document = json.loads(as_json(conversation(), [asked, KeptExchange("e2", "c1", "Two?", "2026")]))
    assert Answer.model_validate(document["exchanges"][0]["answer"]) == asked.answer
    assert document["exchanges"][1]["answer"] is None
    assert document["sources"] == [
        {"id": "id-Ships", "title": "Ships", "url": "https://ships.example/a b", "versions": [3]}
    ]
    assert document["title"] == "How many ships?"
