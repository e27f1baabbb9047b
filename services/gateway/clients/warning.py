"""The warning service, with the one call that is not forwarded as it came: signals."""

from typing import Final
from uuid import UUID

from services.gateway.clients.upstream import Answer, Header, Upstream

NDJSON: Final = "application/x-ndjson"


class WarningService(Upstream):
    """The warning service."""

    async def send_signals(
        self, lines: bytes, authorization: str, *, stream_id: UUID | None = None, first_line: int = 0
    ) -> Answer:
        """Send signals, one JSON object a line; a 200 holds shared.contracts.warning.SignalResults."""
        headers: list[Header] = [(b"content-type", NDJSON.encode())]
        if stream_id is not None:
            headers.append((b"stream-id", str(stream_id).encode()))
            headers.append((b"first-line", str(first_line).encode()))
        return await self.call("POST", "/signals", authorization, content=lines, headers=headers)
