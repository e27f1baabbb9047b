"""Steps of mediation's and inspection's cases, as their events told of them."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import insert

from services.warning.repository.warning_tables import case_steps
from shared.contracts.base import JsonObject
from shared.db.tx import WriteTx


@dataclass(frozen=True, slots=True)
class CaseStep:
    """One step of one case; `facts` is what the event told beside the columns."""

    uscc: str
    warning_id: UUID
    case_id: UUID
    service: str
    step: str
    state: str
    at: datetime
    facts: JsonObject


async def add(tx: WriteTx, steps: Sequence[CaseStep]) -> None:
    """Append steps."""
    if steps:
        await tx.execute(insert(case_steps), [asdict(step) for step in steps])
