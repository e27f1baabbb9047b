"""Adding and disabling those who work here."""

from collections.abc import Sequence

import pytest
from sqlalchemy import select

from services.gateway.domain.accounts import AccountRefused, NameTaken, NewAccount, NewDepartment
from services.gateway.repository.tables import MAILBOXES, accounts
from services.gateway.usecases.add_accounts import add_accounts
from services.gateway.usecases.add_department import add_department
from services.gateway.usecases.disable_account import disable_account, enable_account
from services.gateway.usecases.password_hashing import Passwords
from shared.auth.permissions import Role
from shared.events.base import Envelope
from shared.events.gateway import AccountChanged
from shared.kernel.errors import NotFound
from tests.service.gateway.house import CHEAP, PASSWORD, TOWN, House

pytestmark = pytest.mark.asyncio


def a_coordinator(username: str = "wang.fang", password: str = PASSWORD, **changes: object) -> NewAccount:
    fields: dict[str, object] = {
        "role": "grid_coordinator",
        "division": TOWN,
        "grid_cells": ("310112001-01",),
        "deputy_cells": ("310112001-02",),
    }
    return NewAccount(username, password, **fields | changes)  # type: ignore[arg-type]  # a test's shorthand


async def told(house: House) -> Sequence[AccountChanged]:
    async with house.db.read() as tx:
        rows = await tx.rows(select(MAILBOXES.outbox.c.body).order_by(MAILBOXES.outbox.c.seq))
    return [AccountChanged.read(Envelope.model_validate_json(row.body).data) for row in rows]


async def count(house: House) -> int:
    async with house.db.read() as tx:
        return len(await tx.rows(select(accounts.c.id)))


async def test_a_new_account_is_told_to_the_other_services(house: House) -> None:
    (account_id,) = await add_accounts(house.db, CHEAP, [a_coordinator()], "tests")
    (event,) = await told(house)
    assert event == AccountChanged(
        account_id=account_id,
        username="wang.fang",
        role="grid_coordinator",
        division=TOWN,
        grid_cells=("310112001-01",),
        deputy_cells=("310112001-02",),
        enabled=True,
    )


async def test_disabling_is_told_once(house: House) -> None:
    await add_accounts(house.db, CHEAP, [a_coordinator()], "tests")
    for _ in range(2):
        async with house.db.write() as tx:
            await disable_account(tx, "wang.fang", "tests")
    assert [event.enabled for event in await told(house)] == [True, False]


async def test_who_was_disabled_may_work_again(house: House) -> None:
    await add_accounts(house.db, CHEAP, [a_coordinator()], "tests")
    async with house.db.write() as tx:
        await disable_account(tx, "wang.fang", "tests")
    for _ in range(2):
        async with house.db.write() as tx:
            await enable_account(tx, "wang.fang", "tests")
    assert [event.enabled for event in await told(house)] == [True, False, True]


async def test_disabling_nobody_is_refused(house: House) -> None:
    with pytest.raises(NotFound):
        async with house.db.write() as tx:
            await disable_account(tx, "nobody", "tests")


@pytest.mark.parametrize(
    ("new", "field"),
    [
        (a_coordinator("Wang Fang"), "username"),
        (a_coordinator("x"), "username"),
        (a_coordinator(role="department"), "role"),
        (a_coordinator(role="king"), "role"),
        (a_coordinator(division="310"), "division"),
        (a_coordinator(division="310112999"), "division"),
        (a_coordinator(division="310112"), "division"),
        (a_coordinator(role="town_officer", division="310112"), "division"),
        (a_coordinator(password="short"), "password"),
        (a_coordinator(password="password1"), "password"),
    ],
)
async def test_an_unsound_account_is_refused_with_the_field(
    house: House, new: NewAccount, field: str
) -> None:
    with pytest.raises(AccountRefused) as refused:
        await add_accounts(house.db, CHEAP, [new], "tests")
    assert [problem.field for problem in refused.value.fields] == [field]


async def test_who_works_in_a_town_may_have_it_or_a_village_and_others_the_district(house: House) -> None:
    added = [
        a_coordinator("first", division=TOWN),
        a_coordinator("second", division=f"{TOWN}003"),
        a_coordinator("third", role="district_officer", division="310112"),
        a_coordinator("fourth", role="mediator", division="310112"),
    ]
    assert len(await add_accounts(house.db, CHEAP, added, "tests")) == len(added)


async def test_all_are_added_or_none(house: House) -> None:
    await add_accounts(house.db, CHEAP, [a_coordinator("first")], "tests")
    with pytest.raises(NameTaken):
        await add_accounts(house.db, CHEAP, [a_coordinator("second"), a_coordinator("first")], "tests")
    with pytest.raises(NameTaken):
        await add_accounts(house.db, CHEAP, [a_coordinator("third"), a_coordinator("third")], "tests")
    assert await count(house) == 1


async def test_passwords_are_kept_as_argon2id_at_owasps_cost(house: House) -> None:
    await add_accounts(house.db, Passwords(), [a_coordinator()], "tests")
    async with house.db.read() as tx:
        kept = await tx.value(select(accounts.c.password_hash))
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert (await house.log_in("wang.fang")).status_code == 200


@pytest.mark.parametrize(
    ("new", "field"),
    [
        (NewDepartment("HR SS", ("wage_arrears",), "310112"), "source"),
        (NewDepartment("hrss", (), "310112"), "indicators"),
        (NewDepartment("hrss", ("wage arrears",), "310112"), "indicators"),
        (NewDepartment("hrss", ("wage_arrears",), "1"), "division"),
    ],
)
async def test_an_unsound_department_is_refused_with_the_field(
    house: House, new: NewDepartment, field: str
) -> None:
    with pytest.raises(AccountRefused) as refused:
        async with house.db.write() as tx:
            await add_department(tx, new, "tests")
    assert [problem.field for problem in refused.value.fields] == [field]


async def test_a_source_belongs_to_one_department(house: House) -> None:
    await house.add_department("hrss")
    with pytest.raises(NameTaken):
        await house.add_department("hrss")


async def test_every_role_of_an_official_can_be_given(house: House) -> None:
    roles = [role for role in Role if role is not Role.DEPARTMENT]
    for role in roles:
        await house.add(role)
    assert await count(house) == len(roles)
