"""The Flesch-Kincaid grade against hand-counted sentences and words."""

import pytest

from foramen.pathway.texts import reading_age, reading_grade, syllables

COUNTED = {
    "the": 1, "cat": 1, "pain": 1, "needle": 2, "needles": 2, "nerve": 1, "nerves": 1, "injection": 3, "steroid": 2,
    "diabetes": 4, "medicine": 3, "emergency": 4, "painkillers": 3, "walked": 1, "rested": 2, "changes": 2, "weeks": 1,
    "breathe": 1, "little": 2, "table": 2, "serious": 3, "area": 3, "idea": 3, "usual": 3, "physiotherapy": 6,
    "doctor": 2, "scanner": 2, "numb": 1, "muscle": 2, "exercise": 3, "sugar": 2, "infection": 3, "operation": 4,
    "being": 2, "once": 1, "something": 2, "someone": 2,
    "antibiotics": 5, "quiet": 2, "paralysis": 4, "bladder": 2, "people": 2, "month": 1, "hours": 1,
}  # fmt: skip


@pytest.mark.parametrize(("word", "count"), COUNTED.items())
def test_syllables(word: str, count: int) -> None:
    assert syllables(word) == count


def test_a_sentence_counted_by_hand() -> None:
    # 10 words, 1 sentence, 12 syllables
    text = "The needle goes to the nerve in your lower back."
    assert sum(syllables(word) for word in text.strip(".").split()) == 12
    assert reading_grade(text) == pytest.approx(0.39 * 10 + 11.8 * 1.2 - 15.59)
    assert reading_age(text) == pytest.approx(reading_grade(text) + 5)


def test_each_line_is_a_sentence_of_its_own() -> None:
    assert reading_grade("a red fox\na red fox") == pytest.approx(reading_grade("a red fox"))
    assert reading_grade("a red fox a red fox") > reading_grade("a red fox")


def test_longer_words_and_sentences_need_an_older_reader() -> None:
    plain = "The pain may come back. It will pass."
    grand = "Exacerbation of radicular symptomatology is anticipated prior to resolution of inflammatory irritation."
    assert reading_age(plain) < 9 < 18 < reading_age(grand)


def test_no_words_no_grade() -> None:
    with pytest.raises(ValueError, match="no word"):
        reading_grade("1 2 3")
