"""What a refusal says is missing."""

import numpy as np

from rag.answering.answerer import Task
from rag.answering.refusal import refusal
from rag.retrieval import Retrieved
from rag.schema import Inquiry, Passage


def task(question: str, *texts: str) -> Task:
    passages = tuple(Passage(source_id="s", version=1, title="Orran", start=0, end=len(t), text=t) for t in texts)
    return Task(Inquiry(question=question), question, Retrieved((), passages, {}, np.zeros((1, 2), np.float32)))


def test_a_refusal_names_what_the_closest_passages_lack() -> None:
    said = refusal(task("Who won the chess cup on Orran?", "The ferry to Orran was built in 1971."), 0.2, "extractive")
    assert said.refused and said.notes == ("The closest passages don't mention “won”, “chess”, “cup”.",)


def test_where_all_the_words_are_there_or_nothing_is_nothing_is_named() -> None:
    assert refusal(task("Who built the ferry?", "The ferry was built."), 0.2, "extractive").notes == ()
    assert refusal(task("Who built the ferry?"), 0.2, "extractive").notes == ()
