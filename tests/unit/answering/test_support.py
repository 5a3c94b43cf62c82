from collections.abc import Sequence

import numpy as np
import pytest

from rag.answering.figures import figures
from rag.answering.names import NameIndex, names
from rag.answering.support import DOUBTED, SupportChecker, Verdict
from rag.models.embedder import load_embedder
from rag.models.reader import reads
from rag.settings import load_settings

HARBOUR = (
    "The breakwater is 412 metres long and was rebuilt in 1974 after a storm tore away its outer third. "
    "Engineer Ruth Pellworm chose concrete blocks because the rubble had shifted every winter. "
    "The work cost 3.1 million crowns. The council did not approve a second pier. "
    "Catches rose by 15% between 2009 and 2014. Residents may moor rowing boats for nothing."
)


@pytest.fixture(scope="module")
def checker() -> SupportChecker:
    return SupportChecker(load_embedder(load_settings()).embed, reads)


@pytest.mark.parametrize(
    "claim",
    [
        "The breakwater is 412 metres long.",
        "A storm in 1974 led to the rebuilding of the breakwater.",
        "Ruth Pellworm, an engineer, used blocks of concrete since the rubble moved each winter.",
        "The work cost about 3 million crowns.",
        "The council didn't approve another pier.",
        "Between 2009 and 2014 catches grew by fifteen per cent.",
        "Rowing boats of residents can be moored for free.",
    ],
)
def test_a_faithful_paraphrase_is_supported(checker: SupportChecker, claim: str) -> None:
    assert checker.check(claim, [HARBOUR]).supported


@pytest.mark.parametrize(
    ("claim", "reason"),
    [
        ("The breakwater is 421 metres long.", "412 metres"),
        ("The breakwater was rebuilt in 1947.", "1974"),
        ("The work cost 3.1 billion crowns.", "3.1 million"),
        ("Catches rose by 50% between 2009 and 2014.", "15%"),
        ("Engineer Hugo Tressel chose concrete blocks.", "Hugo Tressel"),
        ("The council approved a second pier.", "denies"),
        ("The breakwater was not rebuilt after the storm.", "doesn't deny"),
        ("Catches fell between 2009 and 2014.", "“rose”, not “fell”"),
        ("The mayor plays the trombone.", "trombone"),
    ],
)
def test_what_is_not_so_is_not_supported_and_the_reason_says_why(
    checker: SupportChecker, claim: str, reason: str
) -> None:
    verdict = checker.check(claim, [HARBOUR])
    assert not verdict.supported and verdict.score < 0.5
    assert reason in str(verdict.reason)


LIGHT = (
    "The lamp was lit for the fourth season on 9 November 2018, and Brunel left the choice of colour undecided. "
    "Dozens of boats came. Keeper Holm turned down the medal. Its glass is, dare I say, bright, and a little cold. "
    "It was paid for by Brunel, Chilworth, Newby and Sandmouth."
)


@pytest.mark.parametrize(
    "claim",
    [
        "The lamp was lit for season 4 on November 9, 2018.",
        "Brunel did not decide on the colour.",
        "Keeper Holm did not accept the medal.",
        "Hundreds of boats came.",
        "It is said that “its glass is [...] bright, and a little cold”.",
        "The lamp was lit not only for the fourth season.",
    ],
)
def test_the_same_said_in_another_notation_is_supported(checker: SupportChecker, claim: str) -> None:
    verdict = checker.check(claim, [LIGHT])
    assert verdict.supported, verdict


@pytest.mark.parametrize(
    "claim",
    [
        "The lamp was lit for season 5 on November 9, 2018.",
        "It was paid for by Brunel, Hugo Tressel and Sandmouth.",
        "It was paid for by Brunel, the Tressel Company of Sandmouth, and Newby.",
        "It is said that “its glass is [...] bright, and a little warm”.",
    ],
)
def test_another_notation_hides_no_fault(checker: SupportChecker, claim: str) -> None:
    assert not checker.check(claim, [LIGHT]).supported


def test_a_year_that_stands_before_the_premise_is_no_contradiction(checker: SupportChecker) -> None:
    premise = ["She then commanded the ferry Grey Heron."]
    context = "Ines Mora came to the island in 2015. She then commanded the ferry Grey Heron."
    claim = "In {} Ines Mora commanded the ferry Grey Heron."
    assert checker.check(claim.format(2015), premise, context).supported
    assert not checker.check(claim.format(2051), premise, context).supported


def test_context_gives_names_but_no_figures(checker: SupportChecker) -> None:
    premise = ["She has commanded the ferry since 2015."]
    context = "Captain Ines Mora lives in Port Aldine. She has commanded the ferry since 2015. It has 90 seats."
    assert not checker.check("Ines Mora has commanded the ferry since 2015.", premise).supported
    assert checker.check("Ines Mora has commanded the ferry since 2015.", premise, context).supported
    assert not checker.check("Ines Mora has commanded the 90 seat ferry since 2015.", premise, context).supported


def test_a_changed_quotation_is_not_supported(checker: SupportChecker) -> None:
    source = ["She said that one ship “leaves the island a breakdown away from being cut off”."]
    assert checker.check("One ship “leaves the island a breakdown away from being cut off”.", source).supported
    verdict = checker.check("One ship “leaves the island a holiday away from being cut off”.", source)
    assert not verdict.supported
    assert "doesn't have the words" in str(verdict.reason)


def test_without_a_source_nothing_is_supported(checker: SupportChecker) -> None:
    for premises in ([], [""], ["  "]):
        assert checker.check("The breakwater is long.", premises) == Verdict(0.0, False, "no source is given for this")
    assert not checker.check("", [HARBOUR]).supported


def test_hostile_texts_are_checked_in_bounded_time() -> None:
    checker = SupportChecker(lambda texts: np.ones((len(texts), 4), np.float32) / 2)
    for text in (
        "A" * 20_000,
        "1 " * 5_000,
        "Aa " * 5_000,
        "not " * 5_000,
        "(" * 5_000,
        "\uff11\u00bd\u2460 9" * 500,
        "\ud800",
    ):
        assert 0 <= checker.check(text, [text]).score <= 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1,000 people", "one thousand people"),
        ("1000 people", "1 thousand people"),
        ("85%", "85 per cent"),
        ("$1.5 billion", "US$1.5bn"),
        ("1.5 billion dollars", "$1,500,000,000"),
        ("21 February 2023", "Feb. 21, 2023"),
        ("2023-02-21", "21 February 2023"),
        ("the 2018–19 season", "2018 to 2019"),
        ("twenty-three boats", "23 boats"),
        ("a dozen boats", "twelve boats"),
        ("half of them", "50% of them"),
        ("the third pier", "the 3rd pier"),
        ("about 400 metres", "412 metres"),
        ("1.5 million", "1,498,000"),
        ("412 m", "412 metres"),
    ],
)
def test_figures_written_in_different_ways_agree(one: str, other: str) -> None:
    said, stated = figures(one), figures(other)
    assert said
    assert all(any(figure.agrees(source) for source in stated) for figure in said)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("412 metres", "512 metres"),
        ("15%", "15 boats"),
        ("3.1 million", "3.1 billion"),
        ("in 1974", "in 1947"),
        ("in May 2018", "in June 2018"),
        ("the third pier", "three piers"),
        ("about 400 metres", "512 metres"),
        ("400 metres", "412 metres"),
    ],
)
def test_figures_that_differ_do_not_agree(one: str, other: str) -> None:
    assert not all(any(figure.agrees(source) for source in figures(other)) for figure in figures(one))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("We met Japanese ministers", "ministers of Japan"),
        ("It was the TPP", "the Trans-Pacific Partnership"),
        ("It was the Trans-Pacific Partnership", "the TPP"),
        ("It was the United States", "American officials"),
        ("It was Port Aldine’s ferry", "the ferry of Port Aldine"),
    ],
)
def test_a_name_is_found_in_its_other_forms(name: str, text: str) -> None:
    index = NameIndex(text)
    assert names(name)
    assert not any(index.missing(found) for found in names(name))


def test_a_sentence_opener_is_not_a_name() -> None:
    assert names("However, Additionally, the ferry sails.") == ()
    assert all(name.initial for name in names("Unfortunately the ferry sailed."))


def test_a_reader_has_a_say_only_where_the_words_hardly_tell(checker: SupportChecker) -> None:
    asked: list[str] = []

    def doubts(claim: str, evidence: Sequence[str]) -> float:
        asked.append(claim)
        return DOUBTED / 2

    plain, doubted = SupportChecker(checker.embed), SupportChecker(checker.embed, doubts)
    clear, loose = "The breakwater is 412 metres long.", "The mayor plays the trombone."
    assert doubted.check(clear, [HARBOUR]) == plain.check(clear, [HARBOUR]) and not asked
    assert plain.check(loose, [HARBOUR]).supported and not doubted.check(loose, [HARBOUR]).supported
    assert asked == [loose]
