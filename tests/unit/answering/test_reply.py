import pytest

from rag.answering.reply import Said, is_refusal, read_reply


def whole(text: str, given: int = 3) -> list[Said]:
    return read_reply(text, given, finished=True)[0]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("It is long [1].", (1,)),
        ("It is long. [1]", (1,)),
        ("It is long.[1][2]", (1, 2)),
        ("It is long [1, 3].", (1, 3)),
        ("It is long [passage 2].", (2,)),
        ("It is long 【2】.", (2,)),
        ("It is long [1][1].", (1,)),
        ("It is long [0][4][99].", ()),
    ],
)
def test_markers_belong_to_their_sentence_and_only_given_numbers_count(text: str, numbers: tuple[int, ...]) -> None:
    assert whole(text) == [Said("It is long.", numbers)]


def test_a_marker_after_the_full_stop_is_not_the_next_sentences() -> None:
    assert whole("It is long. [1] It is old. [2]") == [Said("It is long.", (1,)), Said("It is old.", (2,))]


def test_growing_text_never_shows_a_marker_or_part_of_one() -> None:
    text = "It is long [1]. It was rebuilt [2][7]. Nobody knows why [3]"
    for end in range(len(text)):
        _, growing = read_reply(text[:end], 3, finished=False)
        assert "[" not in growing and "]" not in growing


def test_finished_sentences_never_change_while_the_reply_grows() -> None:
    text = "It is long [1]. It was rebuilt in 1974. [2] Dr. Mora said so [1][2]. The end."
    before: list[Said] = []
    for end in range(len(text) + 1):
        said, _ = read_reply(text[:end], 3, finished=end == len(text))
        # A marker may still come in for the last of them.
        assert [s.text for s in said[: len(before)]] == [s.text for s in before]
        before = said
    assert [s.numbers for s in before] == [(1,), (2,), (1, 2), ()]


@pytest.mark.parametrize(
    "text",
    [
        "See [here](http://evil.example/?q=1) ![x](http://evil.example/x.png).",
        "<script>alert(1)</script>See here x.",
        "# See\n- **here** `x`",
        "<think>secret</think>See here x.",
    ],
)
def test_links_tags_and_markup_are_taken_out(text: str) -> None:
    shown = " ".join(said.text for said in whole(text))
    assert not any(bad in shown for bad in ("http", "<", "**", "`", "#", "secret"))


@pytest.mark.parametrize(
    ("text", "refuses"),
    [
        ("The sources don't say.", True),
        ("The sources don’t say. [2]", True),
        ("The provided passages do not mention the colour.", True),
        ("It is red [1]. The sources don't say who painted it.", False),
        ("The sources say that it is red [1].", False),
    ],
)
def test_a_refusal_is_told_from_an_answer(text: str, refuses: bool) -> None:
    assert is_refusal(whole(text)) is refuses
