"""Unified social credit codes (GB 32100-2015) that pass their check digits, made by the thousand.

The organisation code inside carries its own check digit (GB 11714-1997); both are computed on whole columns.
"""

import numpy as np
from numpy.typing import NDArray

_ALPHABET = np.frombuffer(b"0123456789ABCDEFGHJKLMNPQRTUWXY", dtype=np.uint8)
_WEIGHTS = np.array([1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28])
_ORGANISATION_WEIGHTS = np.array([3, 7, 9, 10, 5, 8, 4, 2])
_LETTER_OFFSET = ord("A") - 10
# Shanghai's codes since 2015 have an organisation part that starts with MA1; older ones are digits only, and
# few start with 99. Other prefixes keep an invented enterprise from bearing the code of a real one.
_MODERN_PREFIX = np.frombuffer(b"MA9", dtype=np.uint8)
_OLDER_FROM = 99_000_000
_OLDER_COUNT = 1_000_000
_MODERN_SHARE = 0.65
_SERIAL_LENGTH = 5


def _index_of_character() -> NDArray[np.int64]:
    table = np.zeros(256, dtype=np.int64)
    table[_ALPHABET] = np.arange(len(_ALPHABET))
    return table


def _digits(values: NDArray[np.int64], base: int, length: int) -> NDArray[np.int64]:
    powers = base ** np.arange(length - 1, -1, -1, dtype=np.int64)
    return values[:, None] // powers % base


def _organisation_check(body: NDArray[np.uint8]) -> NDArray[np.uint8]:
    letters = body >= ord("A")
    values = np.where(letters, body.astype(np.int64) - _LETTER_OFFSET, body.astype(np.int64) - ord("0"))
    check: NDArray[np.int64] = 11 - (values @ _ORGANISATION_WEIGHTS) % 11
    return np.frombuffer(b"?123456789X0", dtype=np.uint8)[check]


def _organisation_codes(rng: np.random.Generator, count: int) -> NDArray[np.uint8]:
    body = np.empty((count, 8), dtype=np.uint8)
    modern = int(count * _MODERN_SHARE)
    base = len(_ALPHABET)
    serials = rng.choice(base**_SERIAL_LENGTH, size=modern, replace=False, shuffle=False)
    body[:modern, :3] = _MODERN_PREFIX
    body[:modern, 3:] = _ALPHABET[_digits(serials, base, _SERIAL_LENGTH)]
    older = _OLDER_FROM + rng.choice(_OLDER_COUNT, size=count - modern, replace=False, shuffle=False)
    body[modern:] = _digits(older, 10, 8).astype(np.uint8) + ord("0")
    whole = np.concatenate([body, _organisation_check(body)[:, None]], axis=1)
    return rng.permutation(whole)


def make_usccs(
    rng: np.random.Generator, registered: NDArray[np.str_], sole_trader: NDArray[np.bool_]
) -> list[str]:
    """Return one valid, unique code per row; digits 3-8 are the six-digit division of registration."""
    count = len(registered)
    codes = np.empty((count, 18), dtype=np.uint8)
    codes[:, 0] = ord("9")
    codes[:, 1] = np.where(sole_trader, ord("2"), ord("1"))
    codes[:, 2:8] = registered.astype("S6").view(np.uint8).reshape(count, 6)
    codes[:, 8:17] = _organisation_codes(rng, count)
    total = _index_of_character()[codes[:, :17]] @ _WEIGHTS
    codes[:, 17] = _ALPHABET[(31 - total % 31) % 31]
    return [code.decode() for code in codes.reshape(-1).view("S18").tolist()]
