"""Names spelt otherwise: transliterated by another system, with look-alike letters, mistyped."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations, product
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

__all__ = ["near_spellings", "sounded", "transliterations", "unmixed"]

_FORMS = 16
"""Most forms by each of the systems of writing."""
Rules = tuple[tuple[str, tuple[str, ...]], ...]
"""Patterns, each with the spellings that it has elsewhere, the likeliest first."""

_CYRILLIC: Rules = (
    (r"(?<=[aeou])[yij]\b", ("y", "i", "j")),
    (r"(?<![aeou])(?:yy|iy|yi|ij|yj|ii|y|i)\b", ("y", "yy", "iy", "yi", "i", "ij", "yj")),
    (r"(?:shch|sch)", ("shch", "sch", "sh")),
    (r"(?:kh|ch(?=[aou])|x)", ("kh", "h", "ch")),
    (r"(?<![ckspztgd])h(?=[aeiouy])", ("kh",)),
    (r"(?:zh)", ("zh", "j", "z")),
    (r"(?:ts|tz|cz|c(?=k\b|[aeiouy]))", ("ts", "tz", "c")),
    (r"[yij]a", ("ya", "ia", "ja")),
    (r"[yj]u", ("yu", "iu", "ju")),
    (r"(?:\b|(?<=[aeiou]))[yj]e|\be", ("ye", "e", "je")),
    (r"(?<=[bcdfghklmnprstvz])(?:yo|io|jo)", ("yo", "e", "io")),
    (r"(?<=[aeiouy])ss(?=[aeiouy])", ("ss", "s")),
)
_UKRAINIAN: Rules = (
    (r"(?<![ckspzt])h", ("g",)),
    (r"g", ("h",)),
    (r"(?<=[bcdfghklmnprstvz])y(?=[bcdfghklmnprstvz])", ("i",)),
    (r"(?<=[bcdfghklmnprstvz])i(?=[bcdfghklmnprstvz])", ("y",)),
    (r"(?<=[bcdfghklmnprstvz])(?:ia|ya|ja)", ("ia", "ya", "ja")),
)
_ARABIC: Rules = (
    (r"gh|q|k(?!h)", ("q", "k", "gh")),
    (r"oo|ou", ("u", "ou", "oo")),
    (r"dj|j", ("j", "dj")),
    (r"ai|ay|ei|ey", ("ay", "ai", "ey", "ei")),
    (r"aa", ("a",)),
    (r"([bdfkmnrstz])\1", ("",)),
    (r"(?<=[bcdfghjklmnpqrstvwxzy])(?:ah|at|eh|a|e)\b", ("a", "ah", "at", "eh", "e")),
)
_KOREAN: Rules = (
    (r"\br", ("n",)),
    (r"\bn(?=[aou])", ("r",)),
    (r"\bk(?=[aeiouyw])", ("g",)),
    (r"\bg", ("k",)),
    (r"\bt(?=[aeiouyw])", ("d",)),
    (r"\bd", ("t",)),
    (r"\bp(?=[aeiouyw])", ("b",)),
    (r"\bb", ("p",)),
    (r"\bch(?=[aeiouyw])", ("j",)),
    (r"\bj", ("ch",)),
    (r"chh", ("ch",)),
    (r"(?<=[aeioumkg])ph(?=[aeiou])", ("p",)),
    (r"(?<=[aeioum])p(?=[aeiou])", ("ph",)),
    (r"eo", ("o",)),
    (r"eu", ("u",)),
    (r"(?<![ew])o(?!e)", ("eo",)),
    (r"(?<![ey])u(?!i)", ("eu",)),
    (r"shi", ("si",)),
    (r"(?<!s)si", ("shi",)),
)
_SYLLABLES = re.compile(
    r"(?:(?:kk|tt|pp|ss|jj|chh|ch|kh|th|ph|sh|[kgntdrlmpbsjhyw])?"
    r"(?:yae|yeo|wae|ae|eo|eu|ya|ye|yo|yu|wa|we|wi|wo|oe|ui|[aeiou])(?:ng|[kgnlmpt])?[ ]?){1,6}"
)


def _lands(codes: str) -> frozenset[str]:
    return frozenset(codes.split())


_KOREA = _lands("KP KR")
_UKRAINE = _lands("UA BY")
_ARABIC_LANDS = _lands(
    "AE AF AZ BH DJ DZ EG EH ER IL IQ IR JO KM KW LB LY MA ML "
    "MR NE NG OM PK PS QA SA SD SO SS SY TD TJ TM TN TR UZ YE"
)
_CYRILLIC_LANDS = _lands("AM AZ BA BG BY CN EE FI GE KG KZ LT LV MD ME MK MN PL RS RU TJ TM UA UZ")


@dataclass(frozen=True, slots=True)
class System:
    """Rules by which names of some countries are spelt one way or another."""

    sounds: re.Pattern[str]
    spelt: tuple[tuple[str, ...], ...]
    countries: frozenset[str]


def _system(rules: Rules, countries: frozenset[str]) -> System:
    named = (f"(?P<s{n}>{_numbered(pattern, n)})" for n, (pattern, _) in enumerate(rules))
    return System(re.compile("|".join(named)), tuple(forms for _, forms in rules), countries)


def _numbered(pattern: str, rule: int) -> str:
    """Return a pattern whose one group, a doubled letter, is named after its rule."""
    return pattern.replace("([", f"(?P<d{rule}>[").replace(r"\1", f"(?P=d{rule})")


_CYRILLIC_NAMES = _system(_CYRILLIC, _CYRILLIC_LANDS)
_UKRAINIAN_NAMES = _system(_UKRAINIAN, _UKRAINE)
_ARABIC_NAMES = _system(_ARABIC, _ARABIC_LANDS)
_KOREAN_NAMES = _system(_KOREAN, _KOREA)


@lru_cache(maxsize=4096)
def transliterations(folded: str, spoken: str = "") -> Mapping[str, frozenset[str]]:
    """Return other Latin spellings of the same sounds, each with the countries where it counts.

    Parameters
    ----------
    folded
        The name without accents.
    spoken
        The same name as `sounded` gives it, where its accents say more.

    Notes
    -----
    The rules cover where BGN/PCGN, ISO 9, scholarly and press spellings of Russian, Ukrainian and
    Belarusian part; McCune-Reischauer, Revised Romanization and the spelling of the North for
    Korean; the article, final -a, -ah, -at, -eh and doubled letters for Arabic and Persian. At most
    16 forms by each, those with the fewest changes first. A form counts only in the countries whose
    names are written so: outside them it is another name.
    """
    if not folded.isascii():
        return MappingProxyType({})
    forms: dict[str, set[str]] = {}
    for system in (_CYRILLIC_NAMES, _UKRAINIAN_NAMES):
        for spelt in (spoken, *_respelt(spoken, system)) if spoken else _respelt(folded, system):
            forms.setdefault(spelt, set()).update(system.countries)
    for spelt in _arabic(folded):
        forms.setdefault(spelt, set()).update(_ARABIC_LANDS)
    if _SYLLABLES.fullmatch(folded):
        for spelt in _respelt(folded, _KOREAN_NAMES):
            forms.setdefault(spelt, set()).update(_KOREA)
    forms.pop(folded, None)
    return MappingProxyType({form: frozenset(countries) for form, countries in forms.items()})


def _respelt(folded: str, system: System) -> Sequence[str]:
    """Return a name with one sound spelt otherwise, with all of them, then with two of them."""
    sounds = list(system.sounds.finditer(folded))
    choices = [_choices(found, system) for found in sounds]
    forms = dict.fromkeys(
        _joined(folded, sounds, changed) for changed in _changes(choices) if changed
    )
    return [form for form in forms if form != folded][:_FORMS]


def _choices(found: re.Match[str], system: System) -> tuple[str, ...]:
    rule = str(found.lastgroup)[1:]
    letter = found.groupdict().get(f"d{rule}")
    spelt = system.spelt[int(rule)]
    return (letter,) if letter else tuple(one for one in spelt if one != found[0])


def _changes(choices: Sequence[Sequence[str]]) -> Iterator[Mapping[int, str]]:
    """Yield what to put for which sound, the fewest changes first, at most about a hundred."""
    yield from ({at: one} for at, spelt in enumerate(choices) for one in spelt)
    yield {at: spelt[0] for at, spelt in enumerate(choices) if spelt}
    for first, second in combinations(range(len(choices))[-4:], 2):
        pairs = product(choices[first][:2], choices[second][:2])
        yield from ({first: one, second: other} for one, other in pairs)


def _joined(folded: str, sounds: Iterable[re.Match[str]], changed: Mapping[int, str]) -> str:
    parts: list[str] = []
    at = 0
    for number, found in enumerate(sounds):
        parts += [folded[at : found.start()], changed.get(number, found[0])]
        at = found.end()
    return "".join((*parts, folded[at:]))


_ARTICLE = re.compile(r"(?:[ae](?:l|sh|s|n|r|th|t|dh|d|z) |[ae]l(?=[^aeiouy ]))(?P<stem>.{3,})")
_SUN = re.compile(r"(?:sh|th|dh|[snrtdz])")


def _arabic(folded: str) -> Sequence[str]:
    """Return a name with its endings and its article spelt otherwise, and without the article."""
    found = _ARTICLE.fullmatch(folded)
    stem = found["stem"] if found else folded
    articled = [f"al {stem}", f"el {stem}", f"al{stem}", stem]
    sun = _SUN.match(stem)
    if sun:
        articled += [f"a{sun[0]} {stem}", f"e{sun[0]} {stem}"]
    ends = _respelt(stem, _ARABIC_NAMES)
    spelt = (*articled, *ends, *(f"al {end}" for end in ends[:4]))
    return list(dict.fromkeys(spelt))[: _FORMS + len(articled)]


_SCHOLARLY = {
    "č": "ch",
    "š": "sh",
    "ž": "zh",
    "ŝ": "shch",
    "ě": "ye",
    "ë": "yo",
    "è": "e",
    "û": "yu",
    "â": "ya",
    "ĭ": "y",
    "ï": "i",
}
_SPOKEN = str.maketrans(_SCHOLARLY | {one.upper(): text for one, text in _SCHOLARLY.items()})


def sounded(text: str) -> str:
    """Return a text with the letters of scholarly Cyrillic as digraphs: "Čita" is "Chita"."""
    return text.translate(_SPOKEN)


_LATIN = "aeopcyxijshkmtb"
_ALIKE = "аеорсухіјѕһкмтв"
_TO_LATIN = str.maketrans(_ALIKE + "н", _LATIN + "h")
_TO_CYRILLIC = str.maketrans(_LATIN, _ALIKE)
_WORD = re.compile(r"[^\W\d_]+")


def unmixed(folded: str) -> str | None:
    """Return a folded name whose words mix Latin and Cyrillic in the script of most letters.

    None where no word mixes them. What comes back is a guess: the letters only look the same.
    """
    if not any(len(_scripts(word)) > 1 for word in _WORD.findall(folded)):
        return None
    cyrillic = sum("\u0400" <= letter <= "\u04ff" for letter in folded)
    latin = sum(letter.isascii() and letter.isalpha() for letter in folded)
    return folded.translate(_TO_CYRILLIC if cyrillic >= latin else _TO_LATIN)


def _scripts(word: str) -> set[str]:
    known = {"Latin": ("a", "\u024f"), "Cyrillic": ("\u0400", "\u04ff")}
    return {name for name, (first, last) in known.items() if any(first <= a <= last for a in word)}


_ALPHABETS = (
    ("abcdefghijklmnopqrstuvwxyz", frozenset("abcdefghijklmnopqrstuvwxyz")),
    ("абвгдежзиклмнопрстуфхцчшщъыьэюяіїєґ", frozenset("абвгдежзиклмнопрстуфхцчшщъыьэюяіїєґ")),
)


def near_spellings(folded: str) -> frozenset[str]:
    """Return every form one letter away: dropped, added, changed or swapped with its neighbour."""
    letters = next((all_ for all_, known in _ALPHABETS if known & set(folded)), "")
    return frozenset(_one_letter_off(folded, letters)) - {folded}


def _one_letter_off(word: str, letters: str) -> Iterator[str]:
    for at in range(len(word) + 1):
        head, tail = word[:at], word[at:]
        yield from (head + one + tail for one in (*letters, " "))
        if tail:
            yield head + tail[1:]
            yield from (head + one + tail[1:] for one in letters)
        if len(tail) > 1:
            yield head + tail[1] + tail[0] + tail[2:]
