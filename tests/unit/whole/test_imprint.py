"""Where a text says who wrote it, when and where it was published."""

from typing import Any

import pytest

from rag.schema import SourceText
from rag.sentences import split_sentences
from rag.whole.imprint import imprint, noted
from rag.whole.question import Wanted

BODY = """The ferry has carried salt since 1811. In March 1932 the council bought it for 400 crowns.
Edda Brandt, the mayor, called it a bargain. By Friday nobody was left who disagreed with Brandt.
The report on the ferry was written by a clerk in Orran, who went on to publish his letters in the Orran Gazette.
Nobody has read it since. The ferry was sold again in 1950. It was bought back within the year.
Its bell hangs in the school. Children ring it on the last day of term. The rope was renewed in June 1988.
The clerk's letters are kept in the town hall. They run to nine volumes. Few of them mention the ferry at all.
"""


def told(wanted: Wanted, begins: str = "", ends: str = "", **metadata: Any) -> list[str]:
    text = f"{begins}\n\n{BODY}\n\n{ends}".strip()
    source = SourceText(source_id="s", version=1, title="The ferry of Orran", text=text, metadata=metadata)
    return [" ".join(text[start:end].split()) for start, end in imprint(wanted, source, split_sentences(text))]


@pytest.mark.parametrize("line", ["By Nils Aker", "Written by Nils Aker and Ida Holm", "Author: Nils Aker"])
def test_a_byline_names_the_author(line: str) -> None:
    assert told(Wanted.AUTHOR, begins=line) == [line]


@pytest.mark.parametrize(
    "note",
    [
        "Nils Aker is a senior fellow at the Institute of Small Harbours.",
        "Nils Aker teaches history and is the author of two books.",
        "The author is a retired pilot.",
        "This article was written by Nils Aker.",
    ],
)
def test_a_note_at_the_end_tells_of_the_author(note: str) -> None:
    assert told(Wanted.AUTHOR, ends=note) == [note]


def test_whom_the_text_is_about_is_not_its_author() -> None:
    assert told(Wanted.AUTHOR) == []
    assert told(Wanted.AUTHOR, ends="Edda Brandt is now a member of parliament.") == []


def test_the_author_that_the_file_names_is_found_in_the_text() -> None:
    assert told(Wanted.AUTHOR, begins="Nils Aker, special to the Gazette", author="Nils Aker") == [
        "Nils Aker, special to the Gazette"
    ]


def test_a_dateline_or_a_note_tells_when_it_was_published() -> None:
    assert told(Wanted.DATE, begins="12 March 2018") == ["12 March 2018"]
    assert told(Wanted.DATE, ends="Published on 12 March 2018.") == ["Published on 12 March 2018."]
    said = "This article was published in the Gazette in March 2018."
    assert told(Wanted.DATE, ends=said) == told(Wanted.PUBLISHER, ends=said) == [said]
    assert told(Wanted.DATE) == []
    assert told(Wanted.DATE, begins="The council's report was published in March 2016.") == []


def test_where_it_appeared_first() -> None:
    said = "This article first appeared in the Orran Gazette."
    assert told(Wanted.PUBLISHER, ends=said) == [said]
    assert told(Wanted.PUBLISHER, ends="Originally published by the Orran Press.") != []
    assert told(Wanted.PUBLISHER) == []
    assert told(Wanted.PUBLISHER, ends="Her letters were printed in Paris.") == []


def test_its_title() -> None:
    assert told(Wanted.TITLE, begins="# The ferry of Orran") == ["# The ferry of Orran"]


def test_what_only_the_file_knows_is_said_as_that() -> None:
    text = SourceText(source_id="s", version=1, title="The ferry", text=BODY, metadata={"author": "N. Aker"})
    assert noted(Wanted.AUTHOR, text) == "The details of “The ferry” name N. Aker as its author."
    assert noted(Wanted.DATE, text) is None
