"""How Footnote declines: the one sentence for it, with the closest passages beside it."""

from collections.abc import Sequence

from rag.answering.answerer import Task
from rag.answering.untold import untold
from rag.answering.wording import words
from rag.schema import Answer
from rag.sentences import split_sentences

REFUSAL = "The sources don't say."
OTHERWISE = "The sources say otherwise:"
"""Begins an answer that corrects what its question takes for granted."""
CLOSEST = 3
_NAMED = 4  # words of the question that are named as missing, at most


def refusal(task: Task, confidence: float, model: str, notes: tuple[str, ...] = ()) -> Answer:
    """An answer that says that the sources don't give one, and shows the closest passages."""
    passages, whole = task.retrieved.passages, task.whole
    if whole and whole.instead:
        said = whole.instead
    elif not passages:
        said = f"{REFUSAL} Nothing in them comes near the question."
    else:
        said = f"{REFUSAL} The closest passages are shown."
    lacking = whole.notes if whole else _missing(task.standalone, [passage.text for passage in passages[:CLOSEST]])
    return Answer(
        question=task.inquiry.question,
        standalone_question=task.standalone,
        answer=said,
        refused=True,
        confidence=confidence,
        passages=passages[:CLOSEST],
        model=model,
        notes=(*notes, *lacking),
    )


def _missing(question: str, passages: Sequence[str]) -> tuple[str, ...]:
    """What there would have to be: the figure or date asked for, and words of the question that the passages lack."""
    there = {word.stem for text in passages for word in words(text)}
    lacking = dict.fromkeys(w.text for w in words(question) if w.content and w.stem not in there)
    named = ", ".join(f"“{word}”" for word in list(lacking)[:_NAMED])
    asked = untold(question, [text[start:end] for text in passages for start, end in split_sentences(text)])
    notes = [f"The closest passages don't say {asked}."] if asked else []
    return (*notes, *([f"The closest passages don't mention {named}."] if named else [])) if passages else ()
