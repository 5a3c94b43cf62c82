"""What the metrics of a summary are called and mean, for reports and for people who set limits."""

from collections.abc import Mapping
from typing import Literal, NamedTuple

Unit = Literal["share", "number", "count", "characters", "milliseconds"]


class Meaning(NamedTuple):
    """A metric in words. Lower is better for those that say so."""

    label: str
    meaning: str
    unit: Unit = "share"
    higher_is_better: bool | None = True


GROUPS: Mapping[str, Mapping[str, Meaning]] = {
    "Overall": {
        "right": Meaning("Right", "answered right with the right citation, or rightly declined"),
        "balanced": Meaning("Balanced", "mean of correct and cited, and of rightly declined"),
    },
    "Answers": {
        "answer_correct": Meaning("Answer correct", "says every key fact, and no wrong Yes or No"),
        "correct_and_cited": Meaning("Correct and cited", "answer correct and citation correct"),
        "facts": Meaning("Key facts", "share of key facts said: partial credit"),
        "polarity": Meaning("Yes or No", "answers that begin with Yes or No and pick the right one"),
        "token_f1": Meaning("Token F1", "words shared with the reference answer"),
        "containment": Meaning("Containment", "share of the reference's words that the answer says"),
        "median_answer_chars": Meaning("Answer length", "median characters of an answer", "characters", None),
    },
    "Citations": {
        "citation_correct": Meaning("Citation correct", "cites at least one piece of the evidence"),
        "citation_complete": Meaning("Citation complete", "the evidence that is cited says every key fact"),
        "citation_precision": Meaning("Citation precision", "share of citations that are evidence; indicative"),
        "quotes_verbatim": Meaning("Quotes verbatim", "quotes that stand in their source to the letter; must be 100%"),
        "uncited_statements": Meaning("Uncited statements", "statements without a citation", higher_is_better=False),
        "alce_recall": Meaning("Citation recall (ALCE)", "statements borne out by what they cite"),
        "alce_precision": Meaning("Citation precision (ALCE)", "citations that their statement needs"),
        "quote_chars": Meaning("Quote length", "mean characters of a cited quote", "characters", None),
    },
    "Declining": {
        "abstention_lenient": Meaning(
            "Rightly declined", "unanswerable questions declined, or the false premise put right"
        ),
        "abstention_strict": Meaning("Declined, strictly", "unanswerable questions declined"),
        "false_abstention": Meaning("Wrongly declined", "answerable questions declined", higher_is_better=False),
        "abstention_precision": Meaning("Precision of declining", "of what was declined, share that is unanswerable"),
        "abstention_recall": Meaning("Recall of declining", "of what is unanswerable, share that was declined"),
        "abstention_f1": Meaning("F1 of declining", "harmonic mean of the two"),
    },
    "Confidence": {
        "aurc": Meaning("AURC", "mean risk over the risk-coverage curve", "number", False),
        "auroc_answerable": Meaning(
            "AUROC, answerable", "chance that an answerable question has more confidence", "number"
        ),
        "auroc_right": Meaning(
            "AUROC, right", "chance that a right answer has more confidence than a wrong one", "number"
        ),
        "calibration_error": Meaning("Calibration error", "gap between confidence and share right", "number", False),
    },
    "Retrieval": {
        "recall@1": Meaning("Recall@1", "share of the evidence in the first passage"),
        "recall@3": Meaning("Recall@3", "share of the evidence in the first 3 passages"),
        "recall@5": Meaning("Recall@5", "share of the evidence in the first 5 passages"),
        "recall@10": Meaning("Recall@10", "share of the evidence in the first 10 passages"),
        "mrr@10": Meaning("MRR@10", "1 / rank of the first passage with evidence", "number"),
        "ndcg@10": Meaning("nDCG@10", "evidence found, discounted by rank", "number"),
        "token_recall": Meaning("Token recall", "share of the evidence's words that were retrieved"),
        "token_precision": Meaning("Token precision", "share of the retrieved words that are evidence"),
        "token_iou": Meaning("Token IoU", "retrieved words that are evidence, of all words that are either"),
    },
    "Speed": {
        "p50_ms": Meaning("Median time", "half of the questions took less", "milliseconds", False),
        "p95_ms": Meaning("95th percentile", "19 of 20 questions took less", "milliseconds", False),
    },
    "Use of the chat model": {
        "tokens_read": Meaning("Tokens read", "by the chat model, all questions together", "count", False),
        "tokens_written": Meaning("Tokens written", "by the chat model, all questions together", "count", False),
        "cost": Meaning("Cost", "of these tokens, at chat.price_in and chat.price_out", "number", False),
    },
    "Judged by a chat model": {
        "judged_correct": Meaning("Judged correct", "agrees with the reference, says the judge"),
        "judged_faithful": Meaning("Judged faithful", "says nothing beyond the passages, says the judge"),
    },
}

MEANINGS: Mapping[str, Meaning] = {name: meaning for group in GROUPS.values() for name, meaning in group.items()}


def shown(name: str, value: float | None) -> str:
    """A metric's value as people read it."""
    if value is None:
        return "–"
    match MEANINGS[name].unit if name in MEANINGS else "number":
        case "share":
            return f"{100 * value + 1e-9:.1f}%"  # halves up, as values come rounded to four places
        case "milliseconds":
            return f"{value:,.0f} ms" if value < 10_000 else f"{value / 1000:,.1f} s"
        case "characters" | "count":
            return f"{value:,.0f}"
    return f"{value:.3f}"
