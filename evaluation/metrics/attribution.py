"""Citation recall and precision of ALCE, statement by statement.

Gao et al., "Enabling Large Language Models to Generate Text with Citations" (arXiv 2305.14627), section 4.3.
Whether a premise bears out a claim is left to a support model that is passed in.
"""

from collections.abc import Callable, Sequence

from rag.schema import Answer, Statement

Support = Callable[[str, str], float]
"""From a premise and a claim to how far the premise bears the claim out, in [0, 1]."""

ENOUGH = 0.5
"""Support from which a claim counts as borne out."""


def uncited_statements(statements: Sequence[Statement]) -> float | None:
    """Share of the statements that carry no citation; None without statements."""
    return sum(not statement.citations for statement in statements) / len(statements) if statements else None


def citation_recall(answer: Answer, support: Support) -> float | None:
    """Share of the statements that are borne out by all their quotes taken together; None without statements."""
    borne = [_borne_out(quotes, claim, support) for claim, quotes in _claims(answer)]
    return sum(borne) / len(borne) if borne else None


def citation_precision(answer: Answer, support: Support) -> float | None:
    """Share of the citations that are needed; None without citations.

    A citation isn't needed if its statement isn't borne out at all, or if it alone doesn't bear the statement
    out while the statement's other citations do.
    """
    needed: list[bool] = []
    for claim, quotes in _claims(answer):
        borne = _borne_out(quotes, claim, support)
        for at, quote in enumerate(quotes):
            others = [*quotes[:at], *quotes[at + 1 :]]
            idle = not _borne_out([quote], claim, support) and _borne_out(others, claim, support)
            needed.append(borne and not idle)
    return sum(needed) / len(needed) if needed else None


def _claims(answer: Answer) -> list[tuple[str, list[str]]]:
    """The statements of an answer, each with the quotes it cites."""
    quotes = {citation.number: citation.quote for citation in answer.citations}
    return [
        (statement.text, [quotes[number] for number in statement.citations if number in quotes])
        for statement in answer.statements
    ]


def _borne_out(quotes: Sequence[str], claim: str, support: Support) -> bool:
    return bool(quotes) and support(" ".join(quotes), claim) >= ENOUGH
