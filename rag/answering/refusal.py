"""How Footnote declines: the one sentence for it, with the closest passages beside it."""

from rag.answering.answerer import Task
from rag.schema import Answer

REFUSAL = "The sources don't say."
OTHERWISE = "The sources say otherwise:"
"""Begins an answer that corrects what its question takes for granted."""
CLOSEST = 3


def refusal(task: Task, confidence: float, model: str, notes: tuple[str, ...] = ()) -> Answer:
    """An answer that says that the sources don't give one, and shows the closest passages."""
    passages = task.retrieved.passages
    if not passages:
        said = f"{REFUSAL} Nothing in them comes near the question."
    else:
        said = f"{REFUSAL} The closest passages are shown."
    return Answer(
        question=task.inquiry.question,
        standalone_question=task.standalone,
        answer=said,
        refused=True,
        confidence=confidence,
        passages=passages[:CLOSEST],
        model=model,
        notes=notes,
    )
