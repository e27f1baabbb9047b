"""What is recorded, and that it stays."""

from uuid import uuid4

import asyncpg
import pytest

from services.gateway.usecases.disable_account import disable_account
from shared.auth.permissions import Role
from tests.service.gateway.house import House

pytestmark = pytest.mark.asyncio
USCC = "91310112MA1GBNT55X"


async def test_a_look_at_a_warning_is_recorded_whatever_the_answer(house: House) -> None:
    token, warning_id = await house.token(Role.INSPECTOR), uuid4()
    for status in (200, 404):
        house.warning.status = status
        await house.call(token, "GET", f"/api/dashboard/v1/warnings/{warning_id}")
    assert (await house.audit())[-2:] == [
        ("inspector", "warning.read", str(warning_id), "ok"),
        ("inspector", "warning.read", str(warning_id), "404"),
    ]


async def test_a_look_at_an_enterprise_is_recorded(house: House) -> None:
    for spelled in (USCC, USCC.lower()):
        await house.call(await house.token(Role.AUDITOR), "GET", f"/api/dashboard/v1/enterprises/{spelled}")
        assert (await house.audit())[-1] == ("auditor", "enterprise.read", USCC, "ok")


async def test_a_look_at_an_enterprises_time_line_is_recorded(house: House) -> None:
    path = f"/api/dashboard/v1/enterprises/{USCC.lower()}/timeline?kind=signal&limit=7"
    await house.call(await house.token(Role.AUDITOR), "GET", path)
    assert (await house.audit())[-1] == ("auditor", "enterprise.read", USCC, "ok")


async def test_a_look_at_a_mediation_case_is_recorded(house: House) -> None:
    token, case_id = await house.token(Role.MEDIATOR), uuid4()
    await house.call(token, "GET", f"/api/mediation/v1/cases/{case_id}")
    assert (await house.audit())[-1] == ("mediator", "mediation_case.read", str(case_id), "ok")


async def test_lists_are_not_recorded(house: House) -> None:
    token = await house.token(Role.INSPECTOR)
    before = await house.audit()
    await house.call(token, "GET", "/api/dashboard/v1/warnings")
    assert await house.audit() == before


async def test_logins_and_changes_are_recorded(house: House) -> None:
    await house.add(Role.INSPECTOR, "known")
    await house.log_in("known", "wrong-one")
    token = (await house.log_in("known")).json()["access_token"]
    await house.call(token, "POST", "/api/auth/v1/logout")
    async with house.db.write() as tx:
        await disable_account(tx, "known", "admin")
    assert await house.audit() == [
        ("tests", "account.add", "known", "ok"),
        ("known", "login", None, "refused"),
        ("known", "login", None, "ok"),
        ("known", "logout", None, "ok"),
        ("admin", "account.disable", "known", "ok"),
    ]


async def test_what_an_unknown_caller_typed_is_not_kept(house: House) -> None:
    await house.log_in("my-password-by-mistake", "x")
    ((actor, *_),) = await house.audit()
    assert actor.startswith("unknown:")
    assert "password" not in actor


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE gateway.audit_log SET actor = 'somebody else'",
        "DELETE FROM gateway.audit_log",
        "TRUNCATE gateway.audit_log",
    ],
)
async def test_the_database_refuses_to_change_the_log(house: House, statement: str) -> None:
    await house.add(Role.INSPECTOR)
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="append-only"):
        async with house.db.write() as tx:
            await (await tx.driver()).execute(statement)
    assert len(await house.audit()) == 1
