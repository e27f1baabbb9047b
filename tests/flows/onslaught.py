"""Departments' machines that send without pause, note what was acknowledged, and send again what was not."""

import asyncio
import random
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import httpx

from services.gateway.usecases.add_department import ClientCredentials
from tests.support.enterprises import a_uscc

SOURCE = "street"
INDICATORS = ("wage_arrears", "rent_arrears")
SINGLE_SENDERS = 6
_BATCH = 40
_REPEATS = 0.1
_TELLING = 0.25
_PATIENCE_SECONDS = 0.05
# Of a token's life; the rest is for doors that are closed when it is to be renewed.
_RENEW_AFTER = 0.5

Signal = dict[str, Any]


@dataclass(slots=True)
class Plan:
    """Signals whose outcome is known: which enterprise must be warned of, and how gravely."""

    telling: list[Signal] = field(default_factory=list)
    expected: dict[str, str] = field(default_factory=dict)


def a_plan(enterprises: Sequence[str], today: date, rng: random.Random) -> Plan:
    """Let a third of the enterprises turn red, some of them by way of orange, a third orange, and a third nothing."""
    last = today.replace(day=1) - timedelta(days=1)
    before = last.replace(day=1) - timedelta(days=1)
    plan = Plan()
    for number, uscc in enumerate(enterprises):
        level = ("red", "orange", "none")[number % 3]
        if level == "red":
            plan.telling.append(_arrears(uscc, last, months=3, workers=41))
        if level == "orange" or number % 2:
            plan.telling.append(_arrears(uscc, before, months=1, workers=5))
        if level != "none":
            plan.expected[uscc] = level
        elif number % 2:
            plan.expected[uscc] = "orange"
    for number in range(10):  # nobody knows these
        plan.telling.append(_arrears(a_uscc(9_000_000 + number), last, months=3, workers=41))
    rng.shuffle(plan.telling)
    return plan


def _arrears(uscc: str, month: date, *, months: int, workers: int) -> Signal:
    return {
        "source": SOURCE,
        "source_ref": f"{uscc}/{month:%Y-%m}",
        "uscc": uscc,
        "indicator": "wage_arrears",
        "period": f"{month:%Y-%m}",
        "months": months,
        "workers": workers,
    }


@dataclass(slots=True)
class Ledger:
    """What the departments were told: each signal's id once it was acknowledged, and what should never happen."""

    ids: dict[str, str] = field(default_factory=dict)
    refs: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    acknowledgements: int = 0
    lost_answers: int = 0

    def note(self, ref: str, result: Mapping[str, Any]) -> None:
        known = self.ids.get(ref)
        if known is None:
            self.ids[ref] = result["signal_id"]
            self.refs.append(ref)
        elif (result["status"], result["signal_id"]) != ("duplicate", known):
            self.faults.append(f"{ref} was acknowledged as {known}, and now is {result}")
        self.acknowledgements += 1


class Onslaught:
    """All senders together."""

    def __init__(
        self,
        address: str,
        credentials: ClientCredentials,
        plan: Plan,
        enterprises: Sequence[str],
        seed: int,
        *,
        telling: float = _TELLING,
        pause_seconds: float = 0.0,
    ) -> None:
        """Keep the parts.

        telling: the share of the signals that warn of something, until they are all sent.
        pause_seconds: how long each sender rests after an answer.
        """
        self.ledger = Ledger()
        self._address, self._credentials = address, credentials
        self._rng = random.Random(seed)  # noqa: S311  a seed, not a secret
        self._telling = deque(plan.telling)
        self._share = telling
        self._pause_seconds = pause_seconds
        self._again: deque[Signal] = deque()
        self._sent: dict[str, Signal] = {}
        self._enterprises = enterprises
        self._fillers = 0
        self._finishing = False
        self.done = asyncio.Event()

    async def run(self) -> None:
        """Send until told to finish, and then until everything is acknowledged."""
        async with httpx.AsyncClient(base_url=self._address, timeout=30) as client:
            seconds = await self._log_in(client)
            async with asyncio.TaskGroup() as group:
                renewing = group.create_task(self._stay_logged_in(client, seconds))
                async with asyncio.TaskGroup() as senders:
                    for _ in range(SINGLE_SENDERS):
                        senders.create_task(self._send_singles(client))
                    senders.create_task(self._send_batches(client))
                renewing.cancel()
        self.done.set()

    def finish(self) -> None:
        """Send what is left, and nothing new."""
        self._finishing = True

    def a_known_signal(self) -> Signal:
        """Return one that was acknowledged."""
        return self._sent[self._rng.choice(self.ledger.refs)]

    async def flow(self, count: int) -> None:
        """Return after `count` more acknowledgements."""
        until = self.ledger.acknowledgements + count
        while True:
            if self.ledger.acknowledgements >= until:
                return
            await asyncio.sleep(0.002)

    async def _stay_logged_in(self, client: httpx.AsyncClient, seconds: float) -> None:
        while True:
            await asyncio.sleep(seconds * _RENEW_AFTER)
            seconds = await self._log_in(client)

    async def _log_in(self, client: httpx.AsyncClient) -> float:
        """Take a token for all that follows; return how long it lasts."""
        form = {
            "grant_type": "client_credentials",
            "client_id": self._credentials.client_id,
            "client_secret": self._credentials.client_secret,
        }
        while True:
            try:
                answer = await client.post("/api/auth/v1/token", data=form)
            except httpx.TransportError:
                await asyncio.sleep(_PATIENCE_SECONDS)
                continue
            if answer.is_success:
                client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
                return float(answer.json()["expires_in"])
            await asyncio.sleep(_PATIENCE_SECONDS)

    def _next(self) -> Signal | None:
        if self._again:
            return self._again.popleft()
        if self.ledger.refs and self._rng.random() < _REPEATS and not self._finishing:
            return self.a_known_signal()
        if self._telling and (self._finishing or self._rng.random() < self._share):
            return self._telling.popleft()
        return None if self._finishing else self._filler()

    def _filler(self) -> Signal:
        """Return a report that all is paid: it is stored and assessed, and warns of nothing."""
        self._fillers += 1
        return {
            "source": SOURCE,
            "source_ref": f"filler-{self._fillers}",
            "uscc": self._rng.choice(self._enterprises),
            "indicator": "rent_arrears",
            "occurred_on": f"2026-0{self._rng.randint(1, 9)}-1{self._rng.randint(0, 9)}",
            "amount_cny": "0",
            "months": 0,
        }

    async def _send_singles(self, client: httpx.AsyncClient) -> None:
        while (signal := self._next()) is not None:
            self._sent[signal["source_ref"]] = signal
            answer = await self._post(client, "/api/intake/v1/signals", signal, [signal])
            if answer is not None:
                self.ledger.note(signal["source_ref"], answer.json())
            await asyncio.sleep(self._pause_seconds)

    async def _send_batches(self, client: httpx.AsyncClient) -> None:
        while batch := self._distinct():
            self._sent |= {signal["source_ref"]: signal for signal in batch}
            answer = await self._post(client, "/api/intake/v1/signals:batch", {"signals": batch}, batch)
            for result in answer.json()["results"] if answer is not None else ():
                ref = batch[result["index"]]["source_ref"]
                if result["status"] == "refused":
                    self.ledger.faults.append(f"{ref}: {result}")
                else:
                    self.ledger.note(ref, result)
            await asyncio.sleep(max(_PATIENCE_SECONDS, 5 * self._pause_seconds))

    def _distinct(self) -> list[Signal]:
        drawn = [signal for _ in range(_BATCH) if (signal := self._next()) is not None]
        return list({signal["source_ref"]: signal for signal in drawn}.values())

    async def _post(
        self, client: httpx.AsyncClient, path: str, body: object, signals: Sequence[Signal]
    ) -> httpx.Response | None:
        """Return an answer that acknowledges; what may not have arrived is sent again."""
        try:
            answer = await client.post(path, json=body)
        except httpx.TransportError:
            answer = None
        if answer is not None and answer.is_success:
            return answer
        if answer is not None and answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
            self.ledger.faults.append(f"{path}: {answer.status_code} {answer.text[:300]}")
        else:
            self.ledger.lost_answers += 1
            self._again.extend(signals)
            await asyncio.sleep(4 * _PATIENCE_SECONDS)
        return None
