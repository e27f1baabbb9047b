"""The warning service, with the one call that is not forwarded as it came: signals."""

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from services.gateway.clients.upstream import Answer, Header, Upstream
from shared.contracts.warning import SenderPart

NDJSON: Final = "application/x-ndjson"
_CONTENT_TYPE: Final[Header] = (b"content-type", NDJSON.encode())


class WarningService(Upstream):
    """The warning service."""

    async def send_signals(
        self, lines: bytes, authorization: str, *, stream_id: UUID | None = None, first_line: int = 0
    ) -> Answer:
        """Send signals, one JSON object a line; a 200 holds shared.contracts.warning.SignalResults."""
        headers = [_CONTENT_TYPE]
        if stream_id is not None:
            headers.append((b"stream-id", str(stream_id).encode()))
            headers.append((b"first-line", str(first_line).encode()))
        return await self.call("POST", "/signals", authorization, content=lines, headers=headers)

    async def send_signals_together(self, parts: Mapping[str, Sequence[bytes]], authorization: str) -> Answer:
        """Send signals of several senders, by the Authorization of each; a 200 has the results in their order."""
        told: list[bytes] = []
        for sender, lines in parts.items():
            head = SenderPart(authorization=sender, lines=len(lines))
            told += (head.model_dump_json().encode(), *lines)
        return await self.call(
            "POST", "/signals:together", authorization, content=b"\n".join(told), headers=[_CONTENT_TYPE]
        )
