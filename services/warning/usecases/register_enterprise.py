"""Registers one enterprise, or changes what is known of it."""

from services.warning.domain.enterprises import EnterpriseClaim, WriteResult, check_claim
from services.warning.repository import enterprises
from services.warning.usecases.upsert_enterprises import upsert_enterprises
from shared.contracts.warning import EnterpriseWritten
from shared.db.tx import WriteTx
from shared.kernel.divisions import contains
from shared.kernel.errors import FieldProblem, Forbidden, NotFound


class WorkplaceElsewhere(Forbidden):
    """The workplace lies outside the caller's jurisdiction."""

    code = "workplace_elsewhere"
    message_zh = "用工地不在您的管辖范围内，不能登记或迁入该企业。"
    message_en = "The workplace is not within your jurisdiction."


async def register_enterprise(
    tx: WriteTx, division: str, claim: EnterpriseClaim, override_reason: str | None
) -> EnterpriseWritten:
    """Upsert one enterprise for a caller whose jurisdiction is `division`.

    Raises EnterpriseRefused, WorkplaceElsewhere, and NotFound where the enterprise is another jurisdiction's.
    """
    checked = check_claim(claim, override_reason)
    uscc = checked.claim.uscc
    known = (await enterprises.by_uscc(tx, [uscc])).get(uscc)
    if known is not None and not contains(division, known.enterprise.workplace_division):
        raise NotFound
    workplace = checked.claim.workplace_division
    if workplace is not None and not contains(division, workplace):
        raise WorkplaceElsewhere(fields=[_elsewhere(division)])
    upserted = await upsert_enterprises(tx, [checked])
    result: WriteResult = upserted.results[0]
    return EnterpriseWritten(uscc=uscc, result=result.value, released_signals=upserted.released.get(uscc, 0))


def _elsewhere(division: str) -> FieldProblem:
    return FieldProblem(
        "workplace_division",
        "outside_jurisdiction",
        f"须为 {division} 或其下辖的街镇、村居。",
        f"It must be {division} or a town or village in it.",
    )
