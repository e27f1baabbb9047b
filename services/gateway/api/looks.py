"""Details that hold personal data: whoever looks at them is recorded, whatever the answer."""

from uuid import UUID

from fastapi import Request, Response

from services.gateway.api.forwarding import forward, segment
from services.gateway.api.parts import address_of, parts
from services.gateway.domain.audit import Deed
from services.gateway.usecases.record_look import record_look
from shared.auth.principal import Principal
from shared.kernel.identifiers import normalise_uscc


async def look_at_warning(request: Request, warning_id: UUID, who: Principal) -> Response:
    """Return a warning's details."""
    return await _look(request, f"/warnings/{warning_id}", who, Deed.WARNING_READ, str(warning_id))


async def look_at_enterprise(request: Request, uscc: str, who: Principal) -> Response:
    """Return an enterprise's details."""
    code = normalise_uscc(uscc)  # an auditor finds every look at an enterprise under its one code
    return await _look(request, f"/enterprises/{segment(uscc)}", who, Deed.ENTERPRISE_READ, code)


async def look_at_timeline(request: Request, uscc: str, who: Principal) -> Response:
    """Return a page of an enterprise's time line."""
    path = f"/enterprises/{segment(uscc)}/timeline"
    return await _look(request, path, who, Deed.ENTERPRISE_READ, normalise_uscc(uscc))


async def look_at_mediation_case(request: Request, case_id: UUID, who: Principal) -> Response:
    """Return a mediation case's details."""
    deed = Deed.MEDIATION_CASE_READ
    return await _look(request, f"/cases/{case_id}", who, deed, str(case_id), to="mediation")


async def look_at_inspection(request: Request, case_id: UUID, who: Principal) -> Response:
    """Return an inspection case's details."""
    return await _look(request, f"/cases/{case_id}", who, Deed.INSPECTION_READ, str(case_id), to="inspection")


async def _look(
    request: Request, path: str, who: Principal, deed: Deed, looked_at: str, to: str = "warning"
) -> Response:
    response = await forward(request, path, to=to)
    async with parts(request).db.write() as tx:
        await record_look(tx, who, deed, looked_at, response.status_code, address_of(request))
    return response
