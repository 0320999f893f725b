"""Which item a resident's words mean, or which legal owner outside the list: small, offline, explainable.

Two signals: hand-written colloquial words (data/words.json), which are also the reasons shown, and the cosine of
character-bigram TF-IDF vectors against each entry's name and words. Where both are silent, the commonest matters of
the lists stand in, marked as weak. Nothing here decides: a person confirms.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from linli.catalogue.kinds import UnitKind
from linli.catalogue.shipped import OutsideSpec, data
from linli.catalogue.spec import ItemSpec, ListKind

READ_CHARS: Final = 150
"""The matter is named early; the rest of a long letter is history and names of offices, which mislead."""
HEAD_CHARS: Final = 40
HEAD_FACTOR: Final = 2.5
FADE: Final = 0.7
"""Each further word of one entry counts less: many words about schools do not outweigh one overflowing bin."""
COSINE_FACTOR: Final = 6.0
HALF_SCORE: Final = 3.0
LEAST_SCORE: Final = 0.25
BARE_MOST: Final = 0.24
"""A likeness of letters alone, without one listed word as a reason, is never clear (尽快处理 is like 垃圾处理)."""
OUTSIDE_LEAD: Final = 1.1

WEAK_MARK: Final = "~"
WEAK: Final = 0.4
"""A word that only hints (marked `~`), and a part of an item's own name, which is often too general (施工, 道路)."""

_LENGTH_WEIGHT: Final = {1: 0.5, 2: 1.0, 3: 1.7, 4: 2.4, 5: 2.8}
_LONGEST: Final = 8
_NOISE = re.compile(r"[\s\W_]+|https?\S+|x000d")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An item that may be meant: score 0–1, and the words of the text that speak for it."""

    code: str
    score: float
    reasons: tuple[str, ...]

    @property
    def weak(self) -> bool:
        """Whether there is little to go on: fit to be looked through, never to be chosen beforehand."""
        return self.score < LEAST_SCORE


@dataclass(frozen=True, slots=True)
class OutsideMatch:
    """A topic outside the list that is meant more clearly than any item, with its legal owner."""

    topic: OutsideSpec
    score: float
    reasons: tuple[str, ...]

    @property
    def owner_kind(self) -> UnitKind:
        """The kind of unit that answers by law."""
        return self.topic.owner_kind


@dataclass(frozen=True, slots=True)
class Index:
    """Everything `rank` needs: words and bigrams with the entries they speak for."""

    words: Mapping[str, tuple[tuple[str, float], ...]]
    grams: Mapping[str, tuple[tuple[str, float], ...]]
    idf: Mapping[str, float]


def build_index(names: Mapping[str, str], words: Mapping[str, Iterable[str]]) -> Index:
    """An index over entries: `names` by code, and the words residents use for each code."""
    by_word: dict[str, dict[str, float]] = defaultdict(dict)
    documents: dict[str, Counter[str]] = {}
    for code, name in names.items():
        listed = {_plain(part): WEAK for part in re.split(r"[、,()]", name) if part}
        listed |= {_plain(word): WEAK if word.startswith(WEAK_MARK) else 1.0 for word in words.get(code, ())}
        for word, strength in listed.items():
            by_word[word][code] = strength * _LENGTH_WEIGHT[min(len(word), 5)]
        documents[code] = Counter(gram for word in listed for gram in _grams(word))
    return Index(_shared(by_word), *_vectors(documents))


def _shared(by_word: Mapping[str, Mapping[str, float]]) -> Mapping[str, tuple[tuple[str, float], ...]]:
    return {
        word: tuple((code, weight / math.sqrt(len(codes))) for code, weight in codes.items())
        for word, codes in by_word.items()
    }


def _vectors(
    documents: Mapping[str, Counter[str]],
) -> tuple[Mapping[str, tuple[tuple[str, float], ...]], Mapping[str, float]]:
    found = Counter(gram for document in documents.values() for gram in document)
    idf = {gram: math.log(1 + len(documents) / n) for gram, n in found.items()}
    postings: dict[str, list[tuple[str, float]]] = defaultdict(list)
    for code, document in documents.items():
        raw = {gram: (1 + math.log(n)) * idf[gram] for gram, n in document.items()}
        norm = math.sqrt(sum(weight * weight for weight in raw.values())) or 1.0
        for gram, weight in raw.items():
            postings[gram].append((code, weight / norm))
    return {gram: tuple(entries) for gram, entries in postings.items()}, idf


def _plain(text: str) -> str:
    return _NOISE.sub("", text.casefold())


def _grams(text: str) -> list[str]:
    return [text[n : n + 2] for n in range(len(text) - 1)]


def rank(index: Index, text: str) -> list[tuple[str, float, tuple[str, ...]]]:
    """Entries by score 0–1, best first, with the matched words. Entries without any match are left out."""
    plain = _plain(text[: 2 * READ_CHARS])[:READ_CHARS]
    heard: dict[str, list[tuple[float, str]]] = defaultdict(list)
    for word, at in _found_words(index, plain):
        factor = HEAD_FACTOR if at < HEAD_CHARS else 1.0
        for code, weight in index.words[word]:
            heard[code].append((factor * weight, word))
    scores = {code: COSINE_FACTOR * cosine for code, cosine in _cosines(index, plain).items()}
    for code, voices in heard.items():
        voices.sort(key=lambda voice: -voice[0])
        scores[code] = scores.get(code, 0.0) + sum(weight * FADE**n for n, (weight, _) in enumerate(voices))
    ranked = [
        (code, score / (score + HALF_SCORE), tuple(word for _, word in heard.get(code, ())))
        for code, score in scores.items()
    ]
    return sorted(ranked, key=lambda entry: (-entry[1], entry[0]))


def _found_words(index: Index, plain: str) -> list[tuple[str, int]]:
    """Listed words in the text, the longest at each place, each once, with where it first stands."""
    found: dict[str, int] = {}
    at = 0
    while at < len(plain) - 1:
        for length in range(_LONGEST, 1, -1):
            word = plain[at : at + length]
            if word in index.words:
                found.setdefault(word, at)
                at += len(word) - 1
                break
        at += 1
    return list(found.items())


def _cosines(index: Index, plain: str) -> Mapping[str, float]:
    counts = Counter(_grams(plain))
    dots: dict[str, float] = defaultdict(float)
    square = 0.0
    for gram, n in counts.items():
        if gram not in index.idf:
            continue
        weight = (1 + math.log(n)) * index.idf[gram]
        square += weight * weight
        for code, listed in index.grams[gram]:
            dots[code] += weight * listed
    norm = math.sqrt(square) or 1.0
    return {code: dot / norm for code, dot in dots.items()}


@dataclass(frozen=True, slots=True)
class Suggester:
    """An index with what is known of its entries: the active items and the topics outside the list.

    common: the active items, those that come up most often first.
    """

    index: Index
    list_kinds: Mapping[str, ListKind]
    topics: Mapping[str, OutsideSpec]
    common: tuple[str, ...]

    def suggest(self, text: str, *, list_kinds: Iterable[ListKind] | None = None, top: int = 3) -> list[Suggestion]:
        """Up to `top` items the text may mean, best first; `list_kinds` keeps to the lists of the place's stations.

        Empty when nothing in the text speaks clearly enough: better no suggestion than a wrong one.
        """
        wanted = frozenset(ListKind if list_kinds is None else list_kinds)
        return [one for one in self._items(text) if self.list_kinds[one.code] in wanted and not one.weak][:top]

    def likeliest(self, text: str, *, top: int = 3) -> list[Suggestion]:
        """Exactly `top` different items (all, when the lists have fewer), best first; the weak ones say so.

        For a desk that must look through something: what the text hardly speaks for comes next, then what is common.
        """
        found = self._items(text)
        heard = {suggestion.code for suggestion in found}
        found += [Suggestion(code, 0.0, ()) for code in self.common if code not in heard]
        return found[:top]

    def _items(self, text: str) -> list[Suggestion]:
        found = [
            Suggestion(code, score if reasons else min(score, BARE_MOST), reasons)
            for code, score, reasons in rank(self.index, text)
            if code in self.list_kinds
        ]
        return sorted(found, key=lambda suggestion: (-suggestion.score, suggestion.code))

    def outside(self, text: str) -> OutsideMatch | None:
        """The topic outside the list that is meant, or None when an item is as likely or nothing is clear."""
        ranked = rank(self.index, text)
        topic = next((entry for entry in ranked if entry[0] in self.topics), None)
        item = next((entry for entry in ranked if entry[0] not in self.topics), None)
        if topic is None or topic[1] < LEAST_SCORE or (item is not None and topic[1] < OUTSIDE_LEAD * item[1]):
            return None
        return OutsideMatch(self.topics[topic[0]], topic[1], topic[2])


def suggester(specs: Iterable[ItemSpec], topics: Iterable[OutsideSpec]) -> Suggester:
    """A suggester over these items and topics with the shipped words; about 20 ms, so keep it."""
    known, other = {spec.code: spec for spec in specs}, {topic.code: topic for topic in topics}
    names = {code: spec.name for code, spec in known.items()} | {code: topic.name for code, topic in other.items()}
    words = data("words.json")
    return Suggester(
        index=build_index(names, words["items"] | words["outside"]),
        list_kinds={code: spec.list_kind for code, spec in known.items()},
        topics=other,
        common=tuple(dict.fromkeys([*(code for code in words["common"] if code in known), *known])),
    )
