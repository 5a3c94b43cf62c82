"""Every number here was worked out by hand."""

import math
from collections.abc import Callable

import pytest

from evaluation.evidence import Span, Texts, locate
from evaluation.metrics import (
    abstention,
    attribution,
    citations,
    confidence,
    correctness,
    evidence_ranking,
    latency,
    reference,
)
from evaluation.metrics.evidence_tokens import token_scores
from evaluation.questions import Question
from rag.schema import Answer, Statement

Ask = Callable[..., Question]


def test_an_answer_is_correct_when_every_group_is_said_as_whole_words(question: Ask) -> None:
    two = question(key_facts=[["1804", "eighteen hundred and four"], ["rye"]])
    assert correctness.answer_correct(two, "Built in 1804 [1], for RYE.", False) is True
    assert correctness.answer_correct(two, "Built in 18045, for rye.", False) is False
    assert correctness.answer_correct(two, "Built in 1804.", False) is False
    assert correctness.facts_share(two, "Built in 1804.") == 0.5
    assert correctness.answer_correct(two, "1804, rye", True) is False, "declining is wrong whatever the words"
    assert correctness.answer_correct(question(key_facts=[]), "1804", False) is None


def test_typography_does_not_matter(question: Ask) -> None:
    dashed = question(key_facts=[["free-and-open"], ["miller's"]])
    assert correctness.answer_correct(dashed, "A free–and–open mill, the miller’s   own", False) is True


def test_a_marker_does_not_join_words(question: Ask) -> None:
    assert correctness.answer_correct(question(), "in 1804[1].", False) is True


def test_the_wrong_yes_or_no_is_wrong_and_none_is_fine(question: Ask) -> None:
    asked = question(type="yes-no", answer="No, it fell in 1911.", key_facts=[["1911"]])
    assert correctness.answer_correct(asked, "Yes, in 1911.", False) is False
    assert correctness.answer_correct(asked, "**No** - in 1911.", False) is True
    assert correctness.answer_correct(asked, "It fell in 1911.", False) is True
    assert correctness.polarity_right(asked, "Nobody, since 1911.") is None


def test_token_f1_and_containment() -> None:
    # given: mill built in 1804 (4 words); reference: mill was built 1804 (4 words); 3 shared
    assert reference.token_f1("The mill, built in 1804! [1]", "A mill was built 1804") == pytest.approx(3 / 4)
    assert reference.containment("The mill, built in 1804", "A mill was built 1804") == pytest.approx(3 / 4)
    assert reference.token_f1("rye rye rye", "rye oats") == pytest.approx(2 * 1 / 5)
    assert reference.token_f1("", "rye") == 0
    assert reference.token_f1("rye", "") is None


def test_citations_are_judged_by_what_they_share_with_the_evidence(question: Ask) -> None:
    asked = question(evidence=["abcdefghij", "It ground rye and oats."], key_facts=[["rye"]])
    assert citations.evidence_cited(asked, ["xxabcdexx"]) == ["abcdefghij"], "5 of 9 characters in one run"
    assert citations.evidence_cited(asked, ["xxxabcdxxx"]) == [], "4 of 10 are less than half"
    assert citations.citation_correct(asked, ["abcdefghij"], False) is True
    assert citations.citation_complete(asked, ["abcdefghij"], False) is False, "the cited evidence doesn't say rye"
    assert citations.citation_complete(asked, ["ground rye and"], False) is True
    assert citations.citation_precision(asked, ["abcdefghij", "nothing like it", "rye and oats"]) == pytest.approx(
        2 / 3
    )
    assert citations.citation_precision(asked, []) is None
    assert citations.citation_correct(asked, ["abcdefghij"], True) is False


def test_a_quote_that_is_off_by_one_is_not_verbatim(quote: Callable[..., Answer], texts: Texts) -> None:
    cited = quote("It ground rye and oats.", "Nobody knows who dug it.").citations
    assert citations.quotes_verbatim(cited, texts.texts) == 1
    shifted = (cited[0].model_copy(update={"start": cited[0].start + 1}), cited[1])
    assert citations.quotes_verbatim(shifted, texts.texts) == 0.5
    assert citations.quotes_verbatim((), texts.texts) is None


def words_in(premise: str, claim: str) -> float:
    """A support model that can be followed by hand: every word of the claim is in the premise."""
    return float(set(claim.split()) <= set(premise.split()))


def alce(*claims: tuple[str, tuple[int, ...]]) -> Answer:
    quotes = {1: "a b", 2: "c d", 3: "e"}
    place = {"source_id": "s", "version": 1, "title": "t", "start": 0, "end": 1, "passage": ""}
    return Answer.model_validate(
        {
            "question": "?",
            "standalone_question": "?",
            "statements": [Statement(text=text, citations=numbers) for text, numbers in claims],
            "citations": [{"number": number, "quote": said, **place} for number, said in quotes.items()],
        }
    )


def test_alce_citation_recall_and_precision() -> None:
    # "a c" needs 1 and 2 together; 3 adds nothing; "z" is borne out by nothing; "e" has no citation
    answer = alce(("a c", (1, 2, 3)), ("z", (1,)), ("e", ()))
    assert attribution.citation_recall(answer, words_in) == pytest.approx(1 / 3)
    assert attribution.citation_precision(answer, words_in) == pytest.approx(2 / 4)
    assert attribution.uncited_statements(answer.statements) == pytest.approx(1 / 3)


def test_alce_counts_a_second_citation_that_alone_is_enough() -> None:
    answer = alce(("a", (1,)), ("e", (3, 3)))
    assert attribution.citation_precision(answer, words_in) == 1
    assert attribution.citation_recall(alce(), words_in) is None
    assert attribution.citation_precision(alce(("a", ())), words_in) is None


def test_evidence_is_ranked_by_the_passages_that_find_it(texts: Texts) -> None:
    gold = [locate(quote, texts) for quote in ("It ground rye and oats.", "Nobody knows who dug it.")]
    passages = [Span("well", 0, 10), Span("mill", 0, 60), Span("well", 20, 54)]
    found = evidence_ranking.ranks(passages, gold)
    assert found == [2, 3]
    assert [evidence_ranking.recall(found, k) for k in (1, 2, 3)] == [0, 0.5, 1]
    assert evidence_ranking.reciprocal_rank(found) == 0.5
    ideal = 1 + 1 / math.log2(3)
    assert evidence_ranking.ndcg(found) == pytest.approx((1 / math.log2(3) + 1 / 2) / ideal)
    assert evidence_ranking.ndcg([None, None]) == 0
    assert evidence_ranking.reciprocal_rank([11, None], k=10) == 0


def test_one_passage_with_all_the_evidence_is_ideal_and_never_more() -> None:
    assert evidence_ranking.ndcg([1, 1, 1]) == pytest.approx(1)
    assert evidence_ranking.ndcg([1, 2, 3]) == pytest.approx(1)


def test_half_of_the_shorter_finds_a_quote_and_less_does_not() -> None:
    quote = (Span("s", 100, 120),)
    assert evidence_ranking.finds(Span("s", 110, 300), quote)
    assert not evidence_ranking.finds(Span("s", 111, 300), quote)
    assert not evidence_ranking.finds(Span("t", 100, 120), quote)
    assert not evidence_ranking.finds(Span("s", 130, 140), quote)
    assert evidence_ranking.finds(Span("s", 0, 10), (*quote, Span("s", 5, 9)))


def test_tokens_are_counted_once_in_what_is_found_and_twice_in_what_is_retrieved() -> None:
    texts = {"s": "one two three four five six"}
    evidence = [(Span("s", 0, 13),)]  # one two three
    passages = [Span("s", 4, 18), Span("s", 8, 18)]  # two three four; three four
    scores = token_scores(passages, evidence, texts)
    assert scores.recall == pytest.approx(2 / 3)
    assert scores.precision == pytest.approx(2 / 5)
    assert scores.iou == pytest.approx(2 / (3 + 5 - 2))
    assert token_scores([], evidence, texts) == (0, 0, 0)


def test_declining_is_right_where_nothing_answers(question: Ask) -> None:
    silent = question(answerable=False, type="unanswerable")
    assert abstention.declined_rightly(silent, "The sources don't say.", True) is True
    assert abstention.declined_rightly(silent, "1804", False) is False, "key facts only count against a false premise"
    assert abstention.declined_rightly(question(), "", True) is None


def test_putting_a_false_premise_right_counts_unless_strict(question: Ask) -> None:
    asked = question(answerable=False, type="false-premise", key_facts=[["1804"]])
    assert abstention.declined_rightly(asked, "No, it was 1804.", False) is True
    assert abstention.declined_rightly(asked, "No, it was 1804.", False, strict=True) is False
    assert abstention.declined_rightly(asked, "Because of the flood.", False) is False
    no_facts = question(answerable=False, type="false-premise", key_facts=[])
    assert abstention.declined_rightly(no_facts, "Because of the flood.", False) is False


def test_abstention_as_a_classifier() -> None:
    # declined: 3, of them 2 unanswerable; unanswerable: 4
    answerable = [True, True, True, False, False, False, False]
    refused = [True, False, False, True, True, False, False]
    assert abstention.abstention(answerable, refused) == pytest.approx((2 / 3, 2 / 4, 4 / 7))
    assert abstention.abstention([True], [False]) == (None, None, None)


def test_risk_coverage_and_its_area() -> None:
    points = confidence.risk_coverage([0.9, 0.7, 0.8, 0.1], [True, True, False, False], asked=5)
    assert [point.coverage for point in points] == pytest.approx([0.2, 0.4, 0.6, 0.8])
    assert [point.risk for point in points] == pytest.approx([0, 1 / 2, 1 / 3, 2 / 4])
    assert confidence.aurc(points) == pytest.approx((0 + 1 / 2 + 1 / 3 + 1 / 2) / 4)
    assert confidence.aurc([]) is None


def test_equal_confidence_counts_as_its_average() -> None:
    one, other = ([True, False], [False, True])
    assert confidence.risk_coverage([0.5, 0.5], one) == confidence.risk_coverage([0.5, 0.5], other)


def test_auroc() -> None:
    # positives .9 .4; negatives .5 .4: wins 2 + 0.5 of 4
    assert confidence.auroc([0.9, 0.5, 0.4, 0.4], [True, False, True, False]) == pytest.approx(2.5 / 4)
    assert confidence.auroc([0.9], [True]) is None


def test_expected_calibration_error() -> None:
    # bin (0.9, 1]: 0.95 and 0.93, one right: |0.5 - 0.94|; bin (0.5, 0.6]: 0.6, right: |1 - 0.6|
    error = confidence.calibration_error([0.95, 0.93, 0.6], [True, False, True])
    assert error == pytest.approx((2 * 0.44 + 1 * 0.4) / 3)
    assert confidence.calibration_error([0.0, 1.0], [False, True]) == 0
    assert confidence.calibration_error([], []) is None


def test_latency_percentiles() -> None:
    assert latency.p50([3, 1, 2, 10]) == 2.5
    assert latency.p95(list(range(100, 0, -1))) == 95
    assert latency.p95([7]) == 7
    assert latency.p50([]) is None
