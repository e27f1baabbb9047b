"""The warning service, with the one call that is not forwarded as it came: signals."""

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from pydantic_core import to_json

from services.gateway.clients.upstream import Answer, Header, Upstream

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

    async def send_signals_together(self, parts: Mapping[str, Sequence[bytes]]) -> Answer:
        """Send signals of several senders, by the Authorization of each; a 200 has the results in their order."""
        told = [
            one
            for authorization, lines in parts.items()
            for one in (to_json({"authorization": authorization, "lines": len(lines)}), *lines)
        ]
        first = next(iter(parts))
        return await self.call(
            "POST", "/signals:together", first, content=b"\n".join(told), headers=[_CONTENT_TYPE]
        )
