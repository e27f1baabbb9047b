"""A route says who may call it, or it does not exist."""

from typing import Annotated

import pytest
from fastapi import APIRouter, Depends

from shared.auth.permissions import Permission, Role
from shared.auth.principal import Principal
from shared.auth.tokens import Unauthenticated
from shared.web.guard import GuardedRoute, Public, Require, UnguardedRoute
from tests.unit.shared.asking import an_app, client, token

Officer = Annotated[Principal, Depends(Require(Permission.WARNING_DIRECT))]
Reader = Annotated[Principal, Depends(Require(Permission.DASHBOARD_READ, Permission.WORKLIST_READ))]
Anyone = Annotated[None, Depends(Public("for the tests"))]

router = APIRouter(route_class=GuardedRoute)


@router.get("/officer")
async def officer(who: Officer) -> str:
    return who.username


@router.get("/reader")
async def reader(who: Reader) -> str:
    return who.username


@router.get("/open")
async def opened(_: Anyone) -> str:
    return "welcome"


def test_a_route_without_a_declared_caller_does_not_import() -> None:
    unguarded = APIRouter(route_class=GuardedRoute)

    with pytest.raises(UnguardedRoute, match="/everything"):

        @unguarded.get("/everything")
        async def everything() -> str:
            return "everything"


def test_a_guard_may_stand_behind_another_dependency() -> None:
    async def town(who: Officer) -> str:
        return who.division

    nested = APIRouter(route_class=GuardedRoute)

    @nested.get("/town")
    async def read_town(division: Annotated[str, Depends(town)]) -> str:
        return division

    (route,) = nested.routes
    assert isinstance(route, GuardedRoute)
    assert isinstance(route.guard, Require)


@pytest.mark.asyncio
async def test_nobody_is_401_and_told_how_to_come_back() -> None:
    async with client(an_app(router)) as anonymous:
        answer = await anonymous.get("/officer")

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.json()["code"] == "unauthenticated"


@pytest.mark.asyncio
async def test_the_wrong_role_is_403() -> None:
    async with client(an_app(router), Role.AUDITOR) as auditor:
        answer = await auditor.get("/officer")

    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


@pytest.mark.asyncio
@pytest.mark.parametrize("role", [Role.AUDITOR, Role.GRID_COORDINATOR])
async def test_one_of_several_permissions_is_enough(role: Role) -> None:
    async with client(an_app(router), role) as caller:
        assert (await caller.get("/reader")).json() == "zhang"


@pytest.mark.asyncio
async def test_a_public_route_asks_nobody() -> None:
    async with client(an_app(router)) as anonymous:
        assert (await anonymous.get("/open")).json() == "welcome"


@pytest.mark.asyncio
async def test_two_authorization_headers_are_refused_though_both_are_valid() -> None:
    bearer = ("Authorization", f"Bearer {token(Role.TOWN_OFFICER)}")
    async with client(an_app(router)) as caller:
        assert (await caller.get("/officer", headers=[bearer])).status_code == 200
        assert (await caller.get("/officer", headers=[bearer, bearer])).status_code == 401


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "value", ["", "Bearer", "Bearer ", "Basic emhhbmc6eg==", "Bearer \xff\xfe", "Bearer a b"]
)
async def test_what_is_no_bearer_token_is_401(value: str) -> None:
    async with client(an_app(router)) as caller:
        answer = await caller.get("/officer", headers=[(b"authorization", value.encode("latin-1"))])

    assert answer.status_code == 401


@pytest.mark.asyncio
async def test_an_ended_session_is_401_though_its_token_still_holds() -> None:
    async def ended(_: Principal) -> None:
        raise Unauthenticated

    app = an_app(router)
    app.state.session_check = ended
    async with client(app, Role.TOWN_OFFICER) as caller:
        assert (await caller.get("/officer")).status_code == 401
