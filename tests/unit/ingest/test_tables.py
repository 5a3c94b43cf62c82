"""Rows that can be read alone."""

from ingest.loaders.tables import add_table
from ingest.parsed import TextBuilder
from rag.sentences import split_sentences


def text_of(rows: list[list[str]]) -> str:
    builder = TextBuilder()
    assert add_table(builder, rows) is None
    return builder.text


def test_rows_say_which_value_is_which() -> None:
    rows = [["port", "range", "note"], ["Brest", "6 m", ""], ["Dover", "7 m", "ferry"]]
    assert text_of(rows) == "port | range | note\nport: Brest | range: 6 m\nport: Dover | range: 7 m | note: ferry"


def test_the_corner_of_a_table_may_be_empty() -> None:
    assert text_of([["", "spring", "neap"], ["Brest", "6", "3"], ["Dover", "7", "4"]]) == (
        "spring | neap\nBrest | spring: 6 | neap: 3\nDover | spring: 7 | neap: 4"
    )


def test_numbers_or_repeated_words_are_no_names_of_columns() -> None:
    assert text_of([["1", "2"], ["3", "4"], ["5", "6"]]) == "1 | 2\n3 | 4\n5 | 6"
    assert text_of([["a", "a"], ["b", "c"], ["d", "e"]]) == "a | a\nb | c\nd | e"


def test_a_blank_row_ends_a_table() -> None:
    rows = [
        ["port", "range"],
        ["Brest", "6"],
        ["Dover", "7"],
        ["", ""],
        ["kind", "when"],
        ["neap", "half"],
        ["spring", "new"],
    ]
    assert text_of(rows).split("\n\n")[1] == "kind | when\nkind: neap | when: half\nkind: spring | when: new"


def test_each_row_is_a_sentence_of_its_own() -> None:
    rows = text_of([["port", "range"], ["Brest", "6 m"], ["Dover", "7 m"]])
    assert [rows[a:b] for a, b in split_sentences(rows)] == rows.split("\n")
