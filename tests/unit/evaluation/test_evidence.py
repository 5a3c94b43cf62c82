from evaluation.evidence import Span, Texts, locate


def test_a_quote_is_found_to_the_letter_wherever_it_stands(texts: Texts) -> None:
    assert locate("1804", texts) == (Span("mill", 22, 26),)
    assert len(locate("The", texts)) == 2


def test_blanks_quotes_dashes_and_case_do_not_hide_a_quote() -> None:
    texts = Texts({"s": "He said:  “a free–and–open\n mill’s\u00a0wheel”."})
    (span,) = locate('he said: "a free-and-open mill\'s wheel"', texts)
    assert texts.texts["s"][span.start : span.end] == "He said:  “a free–and–open\n mill’s\u00a0wheel”"


def test_a_named_source_is_the_only_one_looked_in_by_any_of_its_names(texts: Texts) -> None:
    assert [span.source_id for span in locate("it", texts, ["MILL.MD"])] == ["mill"] * len(
        locate("it", texts, ["The mill"])
    )
    assert locate("Nobody knows", texts, ["mill.md"]) == ()
    assert locate("Nobody knows", texts, ["no such source"]) != ()


def test_nothing_is_found_of_nothing(texts: Texts) -> None:
    assert locate("", texts) == ()
    assert locate("  \n", texts) == ()
    assert locate("a quote that is nowhere", texts) == ()
