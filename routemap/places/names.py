"""Names as text: folded, freed of words of kind, checked for what they hide."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache

__all__ = [
    "fault",
    "fold",
    "home_countries",
    "split_kind",
    "station_form",
]

MAX_LENGTH = 200
_JOINED = frozenset("'`\"\u00b4\u02b9\u02ba\u02bb\u02bc\u2018\u2019\u201d")
_LETTERS = str.maketrans(
    {
        "ł": "l",
        "ø": "o",
        "đ": "d",
        "ð": "d",
        "\u0131": "i",
        "æ": "ae",
        "œ": "oe",
        "þ": "th",
        "ħ": "h",
    }
)
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def fault(text: str) -> str | None:
    """Return why `text` cannot be the name of a place, with the cure; None if it can."""
    if not text.strip():
        return "The name is empty. Give a name, or LON,LAT in degrees."
    if not fold(text[:MAX_LENGTH]):
        return "The name has no letter and no digit. Give a name, or LON,LAT in degrees."
    if len(text) > MAX_LENGTH:
        return f"The name has {len(text)} characters; at most {MAX_LENGTH} are read. Give one name."
    for letter in text:
        if letter in _BIDI:
            return f"The name holds U+{ord(letter):04X}, which turns the text around. Remove it."
        if unicodedata.category(letter) in {"Cc", "Cs", "Co"}:
            return f"The name holds the control character U+{ord(letter):04X}. Remove it."
    return None


@lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """Return a name as the gazetteer's index has it.

    No case, no accents (Unicode NFKD without its combining marks, composed again), apostrophes
    joined, all other punctuation one space: ``Ust'-Luga`` is ``ust luga``.
    """
    if text.isascii():
        plain = text.lower()
    else:
        letters = unicodedata.normalize("NFKD", text.casefold())
        plain = "".join(one for one in letters if not unicodedata.combining(one))
        plain = unicodedata.normalize("NFC", plain).translate(_LETTERS)
    spaced = (_kept(one) for one in plain if one not in _JOINED)
    return " ".join("".join(spaced).split())


def _kept(letter: str) -> str:
    if letter.isalnum():
        return letter
    category = unicodedata.category(letter)
    return letter if category[0] == "M" else "" if category == "Cf" else " "


_KIND_WORDS = {
    "port": (
        *("seaport", "sea port", "river port", "harbour", "harbor", "port"),
        *("bandar e", "bandar", "بندر", "морской порт", "порт"),
    ),
    "station": ("railway station", "train station", "rail station", "station", "станция", "вокзал"),
    "border-crossing": ("border crossing", "border checkpoint", "checkpoint", "crossing"),
    "airfield": ("international airport", "airport", "airfield", "аэропорт", "аэродром"),
    "pier": ("pier", "berth", "причал"),
    "town": ("city", "town", "village", "город", "село", "поселок"),
}
_KOREAN = {"항": "port", "역": "station"}


@cache
def _kind_patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    folded = {kind: "|".join(fold(word) for word in words) for kind, words in _KIND_WORDS.items()}
    return tuple(
        (kind, re.compile(rf"(?:(?:{words})(?: of)? (?P<after>.+)|(?P<before>.+) (?:{words}))"))
        for kind, words in folded.items()
    )


def split_kind(folded: str) -> tuple[str, str] | None:
    """Return a folded name without its word of kind, and the kind: "port of najin" is a port."""
    for kind, pattern in _kind_patterns():
        found = pattern.fullmatch(folded)
        if found:
            return found["after"] or found["before"], kind
    if len(folded) > 2 and folded[-1] in _KOREAN:
        return folded[:-1], _KOREAN[folded[-1]]
    return None


_YARDS = (
    *("glavny", "glavnyy", "glavnyi", "glavnaya", "passazhirsky", "passazhirskiy"),
    *("passazhirskaya", "tovarny", "tovarnyy", "tovarnaya", "sortirovochny", "sortirovochnyy"),
    *("sortirovochnaya", "gruzovoy", "gruzovaya", "holovnyi", "holovna", "pasazhyrskyi"),
    *("pasazhyrska", "tovarnyi", "sortuvalnyi", "sortuvalna", "vantazhnyi"),
    *("главный", "главная", "пассажирский", "пассажирская", "товарный", "товарная"),
    *("сортировочный", "сортировочная", "грузовой", "грузовая", "головний", "головна"),
    *("пасажирський", "пасажирська", "товарний", "сортувальний", "вантажний"),
)
# Escaped: Cyrillic o, e and a, which look Latin.
_ADJECTIVE = re.compile(
    r"(.{3,}[sc]k)(?:aya|aia|aja|a|oye|oe|oje|e|y|i|iy|ii|ij|yy|yi)|"
    r"(.{3,}[сц]ь?к)(?:ая|\u043e\u0435|ии|\u0430|\u0435)"
)


@dataclass(frozen=True, slots=True)
class StationForm:
    """A town's folded name within a station's; `whole` if it stands there unchanged."""

    town: str
    whole: bool


def station_form(folded: str) -> StationForm | None:
    """Return the town that a folded station's name is formed of, by the rules of Russian railways.

    "krasnodar glavnyy" holds the town's name unchanged; "tikhoretskaya" is the adjective of
    "tikhoretsk", which other places than a town's station bear too.
    """
    town, _, last = folded.rpartition(" ")
    if town and last in _folded_yards():
        return StationForm(town, whole=True)
    found = _ADJECTIVE.fullmatch(folded)
    return StationForm(found[1] or found[2], whole=False) if found else None


@cache
def _folded_yards() -> frozenset[str]:
    return frozenset(fold(one) for one in _YARDS)


_SCRIPTS = {
    "HANGUL": "KP KR",
    "CYRILLIC": "RU UA BY KZ KG TJ MN BG RS MK BA ME MD UZ",
    "GREEK": "GR CY",
    "HEBREW": "IL",
    "GEORGIAN": "GE",
    "ARMENIAN": "AM",
    "ARABIC": "AE AF BH DZ EG EH ER IQ IR JO KM KW LB LY MA MR OM PK PS QA SA SD SO SS SY TD TN YE",
    "CJK": "CN TW HK MO JP SG",
    "HIRAGANA": "JP",
    "KATAKANA": "JP",
    "THAI": "TH",
    "DEVANAGARI": "IN NP",
}


def home_countries(text: str) -> frozenset[str] | None:
    """Return the countries that write their own names in the script of `text`.

    None for Latin, which all use, and for scripts that the table does not hold. Among places that
    share a name in such a script, it is likelier one of these.
    """
    for letter in text:
        if letter.isalpha() and letter > "\u024f":
            return _home_of(unicodedata.name(letter, "").split(" ")[0])
    return None


@lru_cache(maxsize=32)
def _home_of(script: str) -> frozenset[str] | None:
    codes = _SCRIPTS.get(script)
    return frozenset(codes.split()) if codes else None
