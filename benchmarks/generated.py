"""Made-up documents: as many as are wanted, each about a place of its own, the same for the same seed."""

import random
from pathlib import Path

_SYLLABLES = "bal dor fen gar hol kel lun mar nor pel quin ros sal tam ulm ven wes yar zin bry cath dun esk".split()
_THINGS = "harbour mill library bridge school ferry museum orchard quarry lighthouse market workshop".split()
_WORK = "repaired opened painted sold measured flooded visited rebuilt lit closed surveyed fenced".split()
_PEOPLE = "mayor captain teacher miller warden curator gardener mason surveyor librarian".split()
_MONTHS = "January March April May June July September October November".split()
_SUFFIXES = (".txt", ".txt", ".txt", ".txt", ".md")


def name(rng: random.Random) -> str:
    """A name that is unlikely to come twice."""
    return "".join(rng.choice(_SYLLABLES) for _ in range(3)).capitalize()


def document(rng: random.Random) -> str:
    """A heading and two or three short paragraphs, about 60 to 120 words."""
    place, person = name(rng), name(rng)
    paragraphs = [
        " ".join(_sentence(rng, place, person) for _ in range(rng.randint(2, 3))) for _ in range(rng.randint(2, 3))
    ]
    return "\n\n".join([f"# The {rng.choice(_THINGS)} of {place}", *paragraphs]) + "\n"


def _sentence(rng: random.Random, place: str, person: str) -> str:
    thing, other = rng.sample(_THINGS, 2)
    number, year = rng.randint(11, 9999), rng.randint(1800, 2020)
    return rng.choice(
        [
            f"The {thing} of {place} was {rng.choice(_WORK)} in {rng.choice(_MONTHS)} {year} for {number} crowns.",
            f"{person}, the {rng.choice(_PEOPLE)}, counted {number} visitors at the {thing} that year.",
            f"Between the {thing} and the {other} lie {number} steps, which {name(rng)} {rng.choice(_WORK)} twice.",
            f"Since {year} the {rng.choice(_PEOPLE)} has kept {number} books about the {thing} in {place}.",
        ]
    )


def write(folder: Path, count: int, rng: random.Random) -> list[Path]:
    """Writes documents into folders of a hundred; returns their paths."""
    paths = []
    for number in range(count):
        path = folder / f"{number // 100:02}" / f"{number:05}{rng.choice(_SUFFIXES)}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(document(rng), encoding="utf-8")
        paths.append(path)
    return paths
