"""How old a reader of English must be: the Flesch-Kincaid grade, and the age that goes with it.

Kincaid, Fishburne, Rogers and Chissom, "Derivation of new readability formulas for Navy enlisted personnel", 1975:
0.39 × words per sentence + 11.8 × syllables per word − 15.59. A pupil of American grade n is about n + 5 years old.
"""

import re

GRADE_TO_AGE = 5
"""First grade begins at six."""

_WORD = re.compile(r"[A-Za-z]+(?:['’][A-Za-z]+)?")
_SENTENCE_END = re.compile(r"[.!?]+(?:\s|$)|\n+")
_VOWELS = re.compile(r"[aeiouy]+")
_SILENT_END = re.compile(r"[^aeiouyl]e$|[aeiouy]le$|[^aeioudt]ed$|[^aeiouscxzghl]es$|[aeiouy]les$")
_TWO_IN_ONE_GROUP = re.compile(r"(?<![ctg])i[aou](?!n)|(?<![qg])ua[lt]|ea$|^(?:sc|qu)ie|(?<=cr)ea")
_EXCEPTIONS = {"diabetes": 4, "being": 2, "once": 1, "something": 2, "someone": 2}


def reading_age(text: str) -> float:
    """The age in years at which the text is read with ease."""
    return reading_grade(text) + GRADE_TO_AGE


def reading_grade(text: str) -> float:
    """The Flesch-Kincaid grade of a text without markup; each line counts as a sentence of its own.

    Raises
    ------
    ValueError
        If there is no word in it.
    """
    sentences = [words for part in _SENTENCE_END.split(text) if (words := _WORD.findall(part))]
    words = [word for sentence in sentences for word in sentence]
    if not words:
        raise ValueError("There is no word in this text.")
    per_sentence = len(words) / len(sentences)
    per_word = sum(syllables(word) for word in words) / len(words)
    return 0.39 * per_sentence + 11.8 * per_word - 15.59


def syllables(word: str) -> int:
    """Syllables of an English word, counted by groups of vowels with the usual exceptions.

    Examples
    --------
    >>> [syllables(word) for word in ("pain", "needle", "medicine", "walked", "rested", "changes")]
    [1, 2, 3, 1, 2, 2]
    """
    plain = re.sub(r"[^a-z]", "", word.lower())
    if plain in _EXCEPTIONS:
        return _EXCEPTIONS[plain]
    count = len(_VOWELS.findall(plain)) - len(_SILENT_END.findall(plain)) + len(_TWO_IN_ONE_GROUP.findall(plain))
    return max(count, 1)
