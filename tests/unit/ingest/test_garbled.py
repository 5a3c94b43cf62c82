"""What looks garbled, and what only looks unusual."""

import pytest

from ingest.garbled import garbled
from ingest.language import language_of

PROSE = {
    "en": "The moon pulls the sea towards it, and the sun helps it twice in every month of the year. ",
    "de": "Der Mond zieht das Meer an, und die Sonne hilft ihm zweimal in jedem Monat des Jahres dabei. ",
    "fr": "La lune attire la mer, et le soleil l’aide deux fois par mois ; « c’est ainsi », dit-on à Brest. ",
    "cs": "Měsíc přitahuje moře a slunce mu v tom dvakrát za měsíc pomáhá, jak říkají staří námořníci. ",
    "pl": "Księżyc przyciąga morze, a słońce pomaga mu w tym dwa razy w każdym miesiącu roku, tak mówią. ",
    "ru": "Луна притягивает море, и солнце помогает ей в этом дважды в каждом месяце целого года. ",
    "el": "Το φεγγάρι τραβά τη θάλασσα και ο ήλιος το βοηθά δύο φορές σε κάθε μήνα του χρόνου. ",  # noqa: RUF001
    "ja": "潮の満ち引きは月の引力によって起こる。海は一日に二度、岸から遠ざかり、また戻ってくる。",
    "ar": "القمر يجذب البحر نحوه، والشمس تساعده على ذلك مرتين في كل شهر من شهور السنة. ",
}


@pytest.mark.parametrize("language", PROSE)
def test_prose_is_not_garbled_and_its_language_is_known(language: str) -> None:
    text = PROSE[language] * 5
    assert garbled(text).share == 0
    assert language_of(text) == language


@pytest.mark.parametrize(
    "text",
    [
        "port | rng | hw | lw\n" * 60,
        "for (k = 0; k < n; k++) { b[k] = c[k] ^ d[k]; } // xvf\n" * 20,
        "3f2504e04f8911d39a0c0305e82cc3013b7d2504e04f8911d39a0c0305e82cc30 " * 10,
        "“CAFÉ” – 12 °C, 5 µm, §§ 3–4, naïve façade " * 5,
    ],
    ids=["table", "code", "hashes", "signs"],
)
def test_what_is_no_prose_is_not_called_garbled(text: str) -> None:
    assert garbled(text).share == 0


def test_garbled_words_are_counted_and_shown() -> None:
    found = garbled("CafÃ© and tea and dÃ©jeuner and milk")
    assert found.share == pytest.approx(2 / 7)
    assert found.example == "CafÃ© dÃ©jeuner"


def test_a_few_words_tell_no_language() -> None:
    assert language_of("Brest 6 m") is None
