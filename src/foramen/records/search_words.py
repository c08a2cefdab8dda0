"""The words that a case is found by, and those of a search: spelt one way, whatever way they were typed.

Without case, accents or punctuation; ä, ae and a are one, as are ß and ss, ø and o. Every beginning of a word as typed
stays a beginning of the word as kept.
"""

import re
import unicodedata

from foramen.records.case import Case

_OTHERS = str.maketrans("øłđıæœ", "oldiao")
"""Letters that Unicode does not take apart."""

_CASE_NUMBER = re.compile(r"\b(?:(?=\w*\d)\w{4}-)+\w{1,4}\b")
_DAY_FIRST = re.compile(r"\b(\d{1,2})[./-](\d{1,2})[./-](\d{4})\b")
_YEAR_FIRST = re.compile(r"\b(\d{4})-(\d{1,2})-(\d{1,2})\b")


def words(text: str) -> set[str]:
    """The words of a text; a date in it, such as 5.4.1961 or 1961-04-05, is one word, and so is a case's number."""
    dated = _DAY_FIRST.sub(lambda d: f"{d[3]}{int(d[2]):02d}{int(d[1]):02d}", text)
    dated = _YEAR_FIRST.sub(lambda d: f"{d[1]}{int(d[2]):02d}{int(d[3]):02d}", dated)
    joined = _CASE_NUMBER.sub(lambda number: number[0].replace("-", ""), dated)
    return set(re.findall(r"[^\W_]+", _plain(joined)))


def words_of(case: Case) -> set[str]:
    """What a case is found by: the patient's names, number and date of birth, and the case's own number."""
    born = case.patient.born
    dates = {f"{born:%Y%m%d}", f"{born:%d%m%Y}"}
    numbers = {re.sub(r"[\W_]", "", _plain(number)) for number in (case.patient.number, case.id)}
    return (words(f"{case.patient.name} {case.patient.number}") | dates | numbers) - {""}


def _plain(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(letter for letter in apart if not unicodedata.combining(letter)).translate(_OTHERS)
    return re.sub(r"(?<=[aou])e", "", letters)
