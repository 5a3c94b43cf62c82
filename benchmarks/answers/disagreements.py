"""Sentences that give different figures, and others that only look so: `python -m benchmarks.answers.disagreements`.

Ten facts; each is told three times with another figure, and six times so that nothing is contradicted. Prints
precision and recall, and every pair that was judged wrongly.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from rag.answering.disagreement import differ


@dataclass(frozen=True)
class Fact:
    """A figure or date of something.

    Attributes:
        question: What asks for it.
        text: The sentence, `{x}` where the figure stands.
        value, other: The figure, and another that contradicts it.
        same: The figure in another notation, or rounded with a word that says so.
        bound: A limit that the figure keeps.
        subject, instead: A part of the sentence that says of what it is, and of what else it might be.
        reworded: The sentence in somewhat other words.
    """

    question: str
    text: str
    value: str
    other: str
    same: str
    bound: str
    subject: str
    instead: str
    reworded: str


FACTS = (
    Fact("How many members does the fishing pact have?", "The fishing pact has {x} members.", "11", "12", "eleven",
         "more than 10", "fishing", "customs", "There are {x} members in the fishing pact."),
    Fact("How long is the breakwater of Marrow?", "The breakwater of Marrow is {x} metres long.", "412", "421",
         "about 410", "over 400", "Marrow", "Aldine", "The breakwater of Marrow has a length of {x} metres."),
    Fact("How many people were at the harbour fair?", "The harbour fair drew {x} people.", "10,983", "14,200",
         "about 11,000", "at least 10,000", "harbour fair", "winter market", "{x} people came to the harbour fair."),
    Fact("What share of the workers joined the strike?", "In the strike {x} of the quarry workers took part.", "34%",
         "43%", "about a third", "less than 50%", "quarry workers", "ferry pilots",
         "Of the quarry workers {x} took part in the strike."),
    Fact("How much did the new school roof cost?", "The new school roof cost {x} crowns.", "220,000", "310,000",
         "220 thousand", "up to 250,000", "school", "chapel", "The price of the new school roof was {x} crowns."),
    Fact("When was the north pier opened?", "The north pier was opened in {x} by the county.", "1962", "1926",
         "the 1960s", "1962 or later", "north", "south", "In {x} the county opened the north pier."),
    Fact("When did Port Aldine sign the treaty?", "Port Aldine signed the treaty on 9 {x} 2018.", "March", "May",
         "Mar.", "March or April", "Port Aldine", "Gull Ridge", "The treaty was signed by Port Aldine on 9 {x} 2018."),
    Fact("How many ships sank in the storm of 1974?", "In the storm of 1974 {x} fishing ships sank.", "seven", "nine",
         "7", "at most ten", "1974", "1981", "The storm of 1974 sank {x} fishing ships."),
    Fact("How much slate was shipped from the Tolland quarry?", "The Tolland quarry shipped {x} tonnes of slate.",
         "3.1 million", "2.4 million", "3,100,000", "under 4 million", "slate", "gravel",
         "{x} tonnes of slate were shipped from the Tolland quarry."),
    Fact("How high is the tower of Port Ansel?", "The tower of Port Ansel stands {x} metres high.", "31", "38",
         "thirty-one", "nearly 32", "Port Ansel", "Cape Holm", "The height of the tower of Port Ansel is {x} metres."),
)  # fmt: skip


def differing(fact: Fact) -> Iterator[tuple[str, str]]:
    """Pairs that contradict each other: in the same words, with another witness, and in other words."""
    one = fact.text.format(x=fact.value)
    yield one, fact.text.format(x=fact.other)
    yield f"{one[:-1]}, the Island Gazette reported.", f"{fact.text.format(x=fact.other)[:-1]}, according to the mayor."
    yield one, fact.reworded.format(x=fact.other)


def alike(fact: Fact) -> Iterator[tuple[str, str]]:
    """Pairs that only look so: the same figure, a limit, another subject, time, unit, or a plan."""
    one, other = fact.text.format(x=fact.value), fact.text.format(x=fact.other)
    yield one, fact.text.format(x=fact.same)
    yield one, fact.text.format(x=fact.bound)
    yield one, other.replace(fact.subject, fact.instead)
    yield f"{one[:-1]}, in the second year.", f"{other[:-1]}, in the third year."
    yield one, f"{other[:-1]}, as had first been planned."
    yield one, f"{other[:-1]}, {fact.value} and not more being the rest."


def main() -> None:
    """Judges all pairs, each both ways round."""
    found = wrong = missed = 0
    for fact in FACTS:
        for pairs, expected in ((differing(fact), True), (alike(fact), False)):
            for one, other in pairs:
                said = differ(fact.question, one, other)
                assert (said is None) == (differ(fact.question, other, one) is None), (one, other)
                found += expected and said is not None
                if expected != (said is not None):
                    missed, wrong = missed + expected, wrong + (not expected)
                    print("missed:" if expected else "wrong:", one, "|", other)
    print(f"{found + missed} pairs that differ, {6 * len(FACTS)} that only look so")
    print(f"precision {found / (found + wrong):.2f}, recall {found / (found + missed):.2f}")


if __name__ == "__main__":
    main()
