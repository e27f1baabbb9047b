"""Argon2id off the event loop, and no more of it at a time than there are processors."""

import asyncio
import os
import secrets
from collections.abc import Sequence
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from services.gateway.domain.passwords import HASH_COST, HashCost, normalised


class Passwords:
    """Hashes and checks passwords; memory stays bounded because few run at a time."""

    def __init__(self, cost: HashCost = HASH_COST) -> None:
        """Make the hasher, and a hash that nothing matches."""
        self._hasher = _hasher(cost)
        self._turns = asyncio.Semaphore(os.cpu_count() or 1)
        self._nobody = _nobody(cost)

    async def hash_all(self, passwords: Sequence[str]) -> list[str]:
        """Return a hash for each, computed in parallel."""
        return await asyncio.gather(*(self._in_turn(password) for password in passwords))

    async def _in_turn(self, password: str) -> str:
        async with self._turns:
            return await asyncio.to_thread(self._hasher.hash, normalised(password))

    async def matches(self, password_hash: str | None, password: str) -> bool:
        """Tell whether the password fits. Without a hash it takes just as long and never does."""
        async with self._turns:
            fits = await asyncio.to_thread(self._verify, password_hash or self._nobody, normalised(password))
        return fits and password_hash is not None

    def _verify(self, password_hash: str, password: str) -> bool:
        try:
            return self._hasher.verify(password_hash, password)
        except (VerificationError, InvalidHashError):
            return False


def _hasher(cost: HashCost) -> PasswordHasher:
    return PasswordHasher(time_cost=cost.passes, memory_cost=cost.memory_kib, parallelism=cost.lanes)


@cache
def _nobody(cost: HashCost) -> str:
    return _hasher(cost).hash(secrets.token_urlsafe(32))
