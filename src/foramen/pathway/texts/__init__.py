"""What a patient reads: documents from text data with placeholders, one folder per language, and how hard they read."""

from foramen.pathway.texts.document import Document, Section, compose, languages, text_data
from foramen.pathway.texts.readability import reading_age, reading_grade, syllables
from foramen.pathway.texts.words import day_in_words, moment_in_words, root_in_words, words

__all__ = [
    "Document",
    "Section",
    "compose",
    "day_in_words",
    "languages",
    "moment_in_words",
    "reading_age",
    "reading_grade",
    "root_in_words",
    "syllables",
    "text_data",
    "words",
]
