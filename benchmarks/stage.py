"""What a scenario works with: the running platform, its district, and a look at the database from outside."""

import asyncio
import json
import os
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any
from urllib.parse import urlencode

import asyncpg

from benchmarks.cpu import Meter
from benchmarks.district import District, Line, Sizes
from benchmarks.http_client import Address, ask_once, request

SINGLE = "/api/intake/v1/signals"
_POLL_SECONDS = 0.02
_LONGEST_SECONDS = 120
_OK = 200
_ROUNDS = re.compile(r"^warning_assess_seconds_count (\S+)$", re.MULTILINE)
_SECONDS = re.compile(r"^warning_assess_seconds_sum (\S+)$", re.MULTILINE)


@dataclass(slots=True)
class Stage:
    """One run's parts. `database` is the benchmark's own connection; the platform does not know of it."""

    platform: Address
    floor: Address
    database: asyncpg.Connection
    url: str
    district: District
    sizes: Sizes
    tokens: Mapping[str, str]
    cpu: Meter

    async def login(self, username: str) -> str:
        """Return somebody's access token."""
        known = {**self.district.coordinators, **self.district.offices}
        body = json.dumps({"username": username, "password": known[username]}).encode()
        return await _token(self.platform, request("POST", "/api/auth/v1/login", body=body))

    async def until_assessed(self) -> float:
        """Return when nobody waits for an assessment any more: warnings are raised and assigned by then."""
        return await until_assessed(self.database)

    async def open_warnings(self) -> int:
        """Return how many warnings are open."""
        return await open_warnings(self.database)

    async def assess_rounds(self) -> tuple[int, float]:
        """Return how many rounds of assessment the platform has made, and how many seconds they took."""
        told = (await ask_once(self.platform, request("GET", "/metrics"))).body.decode()
        count, seconds = (float(found[1]) for found in (_ROUNDS.search(told), _SECONDS.search(told)) if found)
        return int(count), seconds

    async def rounds_since(self, before: tuple[int, float]) -> dict[str, float]:
        """Return how many rounds there were since then, and how long one took."""
        count, seconds = await self.assess_rounds()
        rounds = count - before[0]
        return {
            "assess_rounds": rounds,
            "assess_round_ms": round((seconds - before[1]) / max(rounds, 1) * 1000),
        }

    def single(self, line: Line) -> bytes:
        """Return the request that sends one signal."""
        return request("POST", SINGLE, self.tokens[line.source], line.text.encode())


async def until_assessed(database: asyncpg.Connection) -> float:
    """Return when nobody waits for an assessment any more."""
    until = time.perf_counter() + _LONGEST_SECONDS
    while await database.fetchval("SELECT EXISTS (SELECT FROM warning.assessment_queue)"):
        assert time.perf_counter() < until, f"the queue is not empty after {_LONGEST_SECONDS} s"
        await asyncio.sleep(_POLL_SECONDS)
    return time.perf_counter()


async def open_warnings(database: asyncpg.Connection) -> int:
    """Return how many warnings are open."""
    found: int = await database.fetchval("SELECT count(*) FROM warning.warnings WHERE state <> 'closed'")
    return found


async def department_tokens(platform: Address, district: District) -> dict[str, str]:
    """Return an access token for each department's machine."""
    tokens = {}
    for source, given in district.departments.items():
        form = {
            "grant_type": "client_credentials",
            "client_id": given.client_id,
            "client_secret": given.client_secret,
        }
        raw = request(
            "POST",
            "/api/auth/v1/token",
            body=urlencode(form).encode(),
            media_type="application/x-www-form-urlencoded",
        )
        tokens[source] = await _token(platform, raw)
    return tokens


async def _token(platform: Address, raw: bytes) -> str:
    reply = await ask_once(platform, raw)
    assert reply.status == _OK, reply.body
    token: str = json.loads(reply.body)["access_token"]
    return token


_numbers = count()


def renumbered(line: Line) -> Line:
    """Return the same report under a reference that was never used."""
    document = json.loads(line.text)
    document["source_ref"] = f"{document['source_ref']}-{next(_numbers)}"
    return Line(line.source, json.dumps(document, ensure_ascii=False, separators=(",", ":")))


def surroundings() -> dict[str, Any]:
    """Return what else explains a figure: processors, and how busy the machine was beforehand."""
    return {"cores": os.cpu_count(), "load_before": round(os.getloadavg()[0], 2)}


def median(values: Sequence[float]) -> float:
    """Return the middle one."""
    return sorted(values)[len(values) // 2]
