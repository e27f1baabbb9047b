"""Asks for an enterprise's assessment now, instead of at its next signal or tonight."""

from services.warning.repository import assessments, enterprise_views
from shared.auth.principal import Principal
from shared.contracts.warning import AssessmentRequested
from shared.db.tx import WriteTx
from shared.kernel.errors import found


async def request_assessment(tx: WriteTx, who: Principal, uscc: str) -> AssessmentRequested:
    """Put the enterprise into the queue; asking twice does no harm. Raises NotFound."""
    row = found(await enterprise_views.find(tx, who.division, uscc))
    await assessments.enqueue(tx, [row.id])
    return AssessmentRequested(uscc=row.uscc)
