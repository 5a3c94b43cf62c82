"""Which questions are about a source as a whole, and of which."""

import pytest

from rag.schema import Source
from rag.whole.question import About, Wanted, about_sources, titled


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("What is this article about?", Wanted.GIST),
        ("Summarise this document in three sentences, please.", Wanted.GIST),
        ("can you give me a short summary of the report?", Wanted.GIST),
        ("tl;dr", Wanted.GIST),
        ("What is the main argument of the paper?", Wanted.GIST),
        ("what are the key takeaways", Wanted.GIST),
        ("What does the article say?", Wanted.GIST),
        ("who wrote this?", Wanted.AUTHOR),
        ("Who is the author of the article?", Wanted.AUTHOR),
        ("author?", Wanted.AUTHOR),
        ("By whom was this text written?", Wanted.AUTHOR),
        ("When was this article published?", Wanted.DATE),
        ("Where did the piece first appear?", Wanted.PUBLISHER),
        ("Original publisher?", Wanted.PUBLISHER),
        ("What's the title of this paper?", Wanted.TITLE),
        ("Hello!", Wanted.TALK),
        ("thanks a lot", Wanted.TALK),
    ],
)
def test_a_question_about_the_source_itself_is_known_by_its_wording(question: str, wanted: Wanted) -> None:
    assert about_sources(question) == About(wanted, points="this?" in question)


@pytest.mark.parametrize(
    "question",
    [
        "What is the breakwater about to lose?",
        "What was the summit about?",
        "What does the agreement cover?",
        "Who wrote the reply to the council?",
        "Who wrote War and Peace?",
        "Is the author happy about the ferry's new timetable?",
        "What does the article say about the ferry?",
        "What is the main point of disagreement between the council and the harbour?",
        "What is the name of the mayor's wife?",
        "What is the Grey Heron called?",
        "When was the lighthouse published?",
        "Hello who commands the ferry?",
    ],
)
def test_a_question_about_what_a_source_tells_is_left_alone(question: str) -> None:
    about = about_sources(question)
    assert about is None or about.named


def test_who_wrote_the_report_may_be_asked_of_a_report_in_the_text() -> None:
    assert about_sources("Who wrote the report?") == About(Wanted.AUTHOR, surely=False)
    assert about_sources("Who wrote this report?") == About(Wanted.AUTHOR)


def test_a_source_that_is_described_is_told_from_a_paper_that_a_text_tells_of() -> None:
    assert about_sources("What is the article about steel tariffs about?") == About(Wanted.GIST, named="steel tariffs")
    assert about_sources("Summarise the paper on salt") == About(Wanted.GIST, named="salt")
    assert about_sources("What was the salt paper about?") == About(Wanted.GIST, named="salt", surely=False)


def test_all_sources_can_be_asked_about() -> None:
    for question in ("What are these documents about?", "what sources do you have?", "Summarise everything"):
        assert about_sources(question) == About(Wanted.GIST, every=True)


def source(title: str) -> Source:
    return Source(id=title, title=title, version=1, content_hash="", characters=1, chunks=1, added_at="", updated_at="")


def test_a_source_is_named_by_words_of_its_title() -> None:
    sources = [source("The harbour of Orran"), source("The ferry of Orran"), source("Ferry timetables, 2019 to 2021")]
    about = about_sources("Give me an overview of the harbour article")
    assert about
    assert titled(about.named, sources) == sources[0]
    assert titled("the ferry of Orran", sources) == sources[1]
    assert titled("Orran", sources) is None  # two have it
    assert titled("lighthouses", sources) is None
    assert titled("the", sources) is None
