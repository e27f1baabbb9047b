"""Matching keys for names: two spellings of one name give one key."""

from functools import cache
from typing import Final
from unicodedata import category, normalize

from opencc import OpenCC

# Brackets and dots that NFKC leaves apart though writers use them for one another.
_SAME = str.maketrans("〔【［〈《「『〕】］〉》」』・‧•∙", "(((((((" + ")))))))" + "····")


class _Simplified(dict[int, str]):
    """Simplified form per character, filled as characters come up.

    One character at a time, although OpenCC knows phrases too: only so does a fragment of a name fold
    into a fragment of the folded name, which is what searching needs.
    """

    def __missing__(self, codepoint: int) -> str:
        mark = chr(codepoint)
        kind = category(mark)
        # Invisible characters and spaces; a lone surrogate is no character at all.
        simplified = "" if kind[0] in "CZ" else _converter().convert(mark)
        self[codepoint] = simplified
        return simplified


_SIMPLIFIED: Final = _Simplified()


@cache
def _converter() -> OpenCC:
    return OpenCC("t2s")


def fold_name(text: str) -> str:
    """Return the key under which a name, or a fragment of one, is found.

    Full-width and half-width, traditional and simplified, capital and small letters, kinds of brackets
    and all spaces are the same to it.
    """
    folded = normalize("NFKC", normalize("NFKC", text).casefold())
    # Once more, because taking a space out can leave two marks beside each other that compose.
    return normalize("NFKC", folded.translate(_SAME).translate(_SIMPLIFIED)).casefold()
