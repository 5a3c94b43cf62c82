import sqlite3
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from sqlalchemy import create_engine

from rag.errors import SourceError
from rag.library import Library, open_library
from rag.library import tables as t
from rag.library.health import examine, repair
from rag.schema import Answer
from tests.stored import answer_citing, found, store, vector

SHIPS = "The navy sent three ships. They left in May."
LATER = "The navy sent nine ships. They left in June."


def keep(library: Library, question: str, answer: Answer, conversation_id: str | None = None) -> str:
    exchange = library.conversations.ask(question, conversation_id)
    library.conversations.answered(exchange.id, answer)
    return exchange.conversation_id


def sound(library: Library) -> bool:
    return examine(library, sample=0).ok


def test_a_conversation_survives_closing_the_library(tmp_path: Path) -> None:
    with open_library(tmp_path) as library:
        store(library, ships=SHIPS)
        answer = answer_citing(library, "ships")
        kept = keep(library, "How many ships\nwere sent?", answer)
        library.conversations.ask("And boats?", kept)
    with open_library(tmp_path) as library:
        (conversation,) = library.conversations.list()
        assert (conversation.title, conversation.questions) == ("How many ships were sent?", 2)
        first, second = library.conversations.exchanges(kept)
        assert (first.answer, second.answer) == (answer, None)
        assert library.conversations.exchange(second.id) == second


def test_the_latest_conversation_comes_first(library: Library) -> None:
    first = library.conversations.ask("One?").conversation_id
    second = library.conversations.ask("Two?").conversation_id
    assert [c.id for c in library.conversations.list()] == [second, first]
    library.conversations.ask("Three?", first)
    assert [c.id for c in library.conversations.list()] == [first, second]


@pytest.mark.parametrize("words", ["ships", "NAVY", "three how", "admiralty", "ÉTÉ", "100%"])
def test_a_conversation_is_found_by_words_of_its_title_questions_and_answers(library: Library, words: str) -> None:
    store(library, ships=SHIPS)
    kept = keep(library, "How many in the été, 100%?", answer_citing(library, "ships"))
    library.conversations.rename(kept, "Admiralty")
    library.conversations.ask("What is bread made of?")
    assert [c.id for c in library.conversations.list(words)] == [kept]


@pytest.mark.parametrize("words", ["_hips", "100", "%", "ships bread"])
def test_nothing_is_found_by_words_that_were_not_said(library: Library, words: str) -> None:
    library.conversations.ask("How many ships were sent?")
    assert library.conversations.list(words) == []


def test_no_word_of_a_deleted_conversation_is_left_on_the_disk(library: Library) -> None:
    store(library, ships=SHIPS)
    kept = keep(library, "Is the password xylophone?", answer_citing(library, "ships", "Is it xylophone?"))
    library.conversations.delete(kept)
    assert library.conversations.list() == []
    assert library.conversations.exchanges(kept) == []
    for file in library.folder.glob("catalogue.sqlite*"):  # also while it is open
        assert b"xylophone" not in file.read_bytes(), file


def test_a_question_to_a_deleted_conversation_begins_a_new_one(library: Library) -> None:
    kept = library.conversations.ask("One?").conversation_id
    library.conversations.delete(kept)
    assert library.conversations.ask("Two?", kept).conversation_id != kept
    assert [c.title for c in library.conversations.list()] == ["Two?"]


def test_an_edited_question_takes_the_place_of_what_came_after(library: Library) -> None:
    first = library.conversations.ask("One?")
    second = library.conversations.ask("Two?", first.conversation_id)
    library.conversations.ask("Three?", first.conversation_id)
    library.conversations.ask("Zwei?", first.conversation_id, instead_of=second.id)
    assert [e.question for e in library.conversations.exchanges(first.conversation_id)] == ["One?", "Zwei?"]
    library.conversations.ask("Eins?", first.conversation_id, instead_of=first.id)
    assert [e.question for e in library.conversations.exchanges(first.conversation_id)] == ["Eins?"]
    assert library.conversations.list()[0].title == "Eins?"


def test_a_title_that_was_given_stays_when_the_first_question_is_edited(library: Library) -> None:
    first = library.conversations.ask("One?")
    library.conversations.rename(first.conversation_id, "  Numbers\n ")
    library.conversations.rename(first.conversation_id, " ")
    library.conversations.ask("Eins?", first.conversation_id, instead_of=first.id)
    assert library.conversations.list()[0].title == "Numbers"


def test_a_part_of_an_answer_is_not_kept(library: Library) -> None:
    exchange = library.conversations.ask("One?")
    with pytest.raises(ValueError, match="whole"):
        library.conversations.answered(exchange.id, Answer(question="", standalone_question="", complete=False))


def test_an_answer_to_a_question_deleted_meanwhile_is_not_kept(library: Library) -> None:
    store(library, ships=SHIPS)
    exchange = library.conversations.ask("One?")
    library.conversations.delete(exchange.conversation_id)
    library.conversations.answered(exchange.id, answer_citing(library, "ships"))
    assert library.cited_in("ships") == []


def test_an_answer_kept_with_fields_this_version_does_not_know_can_be_read(library: Library) -> None:
    store(library, ships=SHIPS)
    kept = keep(library, "One?", answer_citing(library, "ships"))
    connection = sqlite3.connect(library.folder / "catalogue.sqlite")
    with connection:
        connection.execute("UPDATE exchanges SET answer = json_set(answer, '$.mood', 'glad', '$.citations[0].x', 1)")
    connection.close()
    (exchange,) = library.conversations.exchanges(kept)
    assert exchange.answer == answer_citing(library, "ships")


def test_a_cited_version_can_be_read_but_not_found_after_an_update(library: Library) -> None:
    store(library, ships=SHIPS, bread="Bread is made of flour.")
    old = library.source("ships").version
    kept = keep(library, "How many ships?", answer_citing(library, "ships"))
    store(library, ships=LATER)
    assert library.text("ships", old).text == SHIPS
    assert library.text("ships").text == LATER
    assert [(v.version, v.current, v.characters) for v in library.versions("ships")] == [
        (library.source("ships").version, True, len(LATER)),
        (old, False, len(SHIPS)),
    ]
    assert [(m.conversation_id, m.version) for m in library.cited_in("ships")] == [(kept, old)]
    assert "three" not in str(library.index.search_bm25("three", 10)) and library.index.search_bm25("three", 10) == []
    assert {source for source, _ in found(library, "ships")[1]} == {"ships"}
    assert len(library.sources()) == 2
    assert library.catalogue.chunks_of(old) == []
    assert library.cache.unused() == []
    assert sound(library)


def test_a_version_that_nothing_cites_is_dropped_with_the_update(library: Library) -> None:
    store(library, ships=SHIPS)
    keep(library, "How many ships?", answer_citing(library, "ships"))
    for text in (LATER, "They all came back."):
        store(library, ships=text)
    assert [v.characters for v in library.versions("ships")] == [19, len(SHIPS)]


def test_a_cited_text_goes_with_the_last_answer_that_cites_it(library: Library) -> None:
    store(library, ships=SHIPS)
    old = library.source("ships").version
    one, other = (keep(library, "How many?", answer_citing(library, "ships")) for _ in range(2))
    store(library, ships=LATER)
    library.conversations.delete(one)
    assert library.text("ships", old).text == SHIPS
    (exchange,) = library.conversations.exchanges(other)
    library.conversations.ask("What else?", other, instead_of=exchange.id)
    with pytest.raises(SourceError, match="is gone"):
        library.text("ships", old)
    assert sound(library)


def test_removing_a_source_removes_the_texts_of_all_its_versions_and_leaves_the_answer(library: Library) -> None:
    store(library, ships=SHIPS)
    answer = answer_citing(library, "ships")
    kept = keep(library, "How many ships?", answer)
    store(library, ships=LATER)
    library.remove(["ships"])
    assert library.versions("ships") == []
    assert library.catalogue.contents() == set()
    assert library.conversations.exchanges(kept)[0].answer == answer
    assert sound(library)


def test_a_rebuild_embeds_and_stores_nothing_of_a_replaced_version(library: Library) -> None:
    store(library, ships=SHIPS)
    old = library.source("ships").version
    keep(library, "How many ships?", answer_citing(library, "ships"))
    store(library, ships=LATER)
    embedded: list[str] = []

    def embed(texts: Sequence[str]) -> NDArray[np.float32]:
        embedded.extend(texts)
        return np.stack([vector(text) for text in texts])

    library.rebuild(embed, "another")
    assert embedded and not any("three" in text for text in embedded)
    assert library.text("ships", old).text == SHIPS
    assert sound(library)


def test_the_doctor_names_and_drops_a_replaced_version_that_nothing_cites(library: Library) -> None:
    store(library, ships=SHIPS)
    old = library.source("ships").version
    keep(library, "How many ships?", answer_citing(library, "ships"))
    store(library, ships=LATER)
    connection = sqlite3.connect(library.folder / "catalogue.sqlite")
    with connection:
        connection.execute("DELETE FROM cited")
    connection.close()
    (check,) = [check for check in examine(library, sample=0).checks if not check.ok]
    assert check.problems == [f"version {old} was replaced and no answer cites it"]
    assert repair(library).ok
    assert [v.current for v in library.versions("ships")] == [True]


def test_a_library_of_the_first_schema_gets_room_for_conversations(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'catalogue.sqlite'}")
    with engine.begin() as connection:
        t.MIGRATIONS[0](connection)
        t.put_meta(connection, "schema", "1")
    engine.dispose()
    with open_library(tmp_path) as library:
        store(library, ships=SHIPS)
        keep(library, "How many ships?", answer_citing(library, "ships"))
        assert len(library.conversations.list()) == 1
