"""One signal per request, stored many at a time.

Every signal that arrives while a call is under way goes into the next one: each is stored before its request is
answered, and a thousand departments' machines do not make a thousand commits. A call carries the signals of many
departments, each under its own token.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from opentelemetry.trace import SpanKind
from pydantic_core import from_json, to_json

from services.gateway.clients.upstream import JSON, Answer
from services.gateway.clients.warning import WarningService
from services.gateway.usecases.group_calls import GroupCalls
from shared.observability import correlation, spans
from shared.web.errors import PROBLEM_TYPE

MOST_SIGNALS = 1_000
_STATUS = {"accepted": 201, "duplicate": 200, "held": 202}
_REFUSED = 422
_OK = 200


@dataclass(frozen=True, slots=True)
class _Signal:
    line: bytes
    authorization: str
    correlation_id: str
    traceparent: str


class SendSignal:
    """Gathers single signals."""

    def __init__(self, warning: WarningService) -> None:
        """Keep the way to the warning service."""
        self._warning = warning
        self._calls: GroupCalls[_Signal, Answer] = GroupCalls(self._send, MOST_SIGNALS)

    async def __call__(self, authorization: str, line: bytes) -> Answer:
        """Return what became of a signal, as the answer to its request. `line` is JSON without a newline."""
        # Blanks that the caller put into its header are not carried on: it stands in the call of many.
        sender = " ".join(authorization.split())
        return await self._calls.ask(_Signal(line, sender, correlation.correlation_id(), spans.traceparent()))

    async def _send(self, signals: Sequence[_Signal]) -> list[Answer]:
        # The call stands for all of them; the log can find it by the id of its first.
        correlation.begin(signals[0].correlation_id)
        parts: dict[str, list[int]] = {}
        for place, signal in enumerate(signals):
            parts.setdefault(signal.authorization, []).append(place)
        lines = {sender: [signals[at].line for at in places] for sender, places in parts.items()}
        # The call itself goes under the token that was checked last; each part is taken under its own.
        asked_in = [signal.traceparent for signal in signals]
        with spans.together("gateway send signals together", SpanKind.INTERNAL, asked_in):
            answer = await self._warning.send_signals_together(lines, signals[-1].authorization)
        if answer.status != _OK:
            return [answer] * len(signals)
        results = from_json(answer.content)["results"]
        order = [at for places in parts.values() for at in places]
        told = dict(zip(order, results, strict=True))
        return [_answer(told[at], signal) for at, signal in enumerate(signals)]


def _answer(result: dict[str, Any], signal: _Signal) -> Answer:
    status = _STATUS.get(result["status"])
    if status is not None:
        receipt = {"status": result["status"], "signal_id": result.get("signal_id")}
        return Answer(status, to_json(receipt), {"content-type": JSON})
    problem = {**(result.get("problem") or {}), "correlation_id": signal.correlation_id}
    return Answer(problem.get("status", _REFUSED), to_json(problem), {"content-type": PROBLEM_TYPE})
