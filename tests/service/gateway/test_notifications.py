"""What people are told: each event once, to those whom it concerns, and read by each for themselves."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from services.gateway.domain.notifications import reader
from services.gateway.repository import notifications as repository
from services.gateway.repository.tables import notification_reads, notifications
from services.gateway.usecases.disable_account import disable_account
from services.gateway.usecases.forget_old_notifications import forget_old_notifications
from services.gateway.usecases.notices import NOTICES
from shared.auth.permissions import Role
from shared.bus.port import Message
from shared.events.base import Emitted, Recipient
from shared.events.warning import WarningClosed
from shared.kernel.ids import new_id
from tests.service.gateway.newsroom import (
    DISTRICT,
    DOOR,
    OTHER_TOWN,
    TOWN,
    USCC,
    Newsroom,
    assigned,
    facts,
    raised,
)
from tests.service.gateway.told_events import every_event
from tests.support.district import District
from tests.support.explain import plan_of, statements_of

pytestmark = pytest.mark.asyncio

NOBODY = new_id()


async def test_each_event_is_told_to_those_whom_it_concerns_and_to_nobody_else(newsroom: Newsroom) -> None:
    people = {
        "coordinator": await newsroom.person(Role.GRID_COORDINATOR),
        "town": await newsroom.person(Role.TOWN_OFFICER),
        "district": await newsroom.person(Role.DISTRICT_OFFICER, DISTRICT),
        "inspector": await newsroom.person(Role.INSPECTOR, DISTRICT),
        "mediator": await newsroom.person(Role.MEDIATOR),
    }
    others = [
        await newsroom.person(role, OTHER_TOWN)
        for role in (Role.GRID_COORDINATOR, Role.TOWN_OFFICER, Role.MEDIATOR)
    ]
    others += [await newsroom.person(role, DISTRICT) for role in (Role.AUDITOR, Role.SYSTEM_ADMIN)]
    events = list(every_event(newsroom.system, people["coordinator"].account_id))
    assert {type(event) for event, _, _ in events} == set(NOTICES)
    before = dict.fromkeys(people, 0)
    for event, hearing, title in events:
        await newsroom.tell(event)
        after = {name: await person.unread() for name, person in people.items()}
        assert {name for name in people if after[name] == before[name] + 1} == set(hearing.split()), event
        assert sum(after.values()) == sum(before.values()) + len(hearing.split()), event
        (newest,) = (await people[hearing.split()[0]].get("/", limit=1))["items"]
        assert newest["title"] == title
        assert (newest["uscc"], newest["division"], newest["read"]) == (USCC, TOWN, False)
        before = after
    assert [await one.unread() for one in others] == [0] * len(others)
    assert [(await one.get("/"))["items"] for one in others] == [[]] * len(others)


async def test_a_signal_reaches_those_who_have_to_act_on_it(newsroom: Newsroom) -> None:
    coordinator = await newsroom.person(Role.GRID_COORDINATOR)
    town = await newsroom.person(Role.TOWN_OFFICER)
    duty = await newsroom.person(Role.DISTRICT_OFFICER, DISTRICT)
    await newsroom.system.settle()
    district = District(newsroom.system)
    await district.register()
    await district.send(period="2026-10", amount_cny="812345.60", months=3, workers=41)
    (raised_one,) = await district.warnings()
    assert await coordinator.kinds() == ["warning_assigned"]
    assert (await town.kinds(), await duty.kinds()) == (["warning_raised"], ["warning_raised"])
    (told,) = (await coordinator.get("/"))["items"]
    assert (told["subject"], told["subject_id"]) == ("warning", raised_one["id"])
    assert told["title"] == "红色预警已派给您，请签收"
    # After its two hours nobody has accepted it: it goes up step by step, and both sides of a step are told.
    await newsroom.later(hours=3)
    await newsroom.system.settle()
    for person, to in ((coordinator, "街镇"), (town, "区级"), (duty, "区级")):
        await person.log_in()
        newest, *_ = (await person.get("/"))["items"]
        assert newest["title"] == f"红色预警逾期未签收，已上报{to}"


async def test_a_warning_that_nobody_is_free_for_is_told_to_the_officers_of_its_queue(
    newsroom: Newsroom,
) -> None:
    town = await newsroom.person(Role.TOWN_OFFICER)
    district = await newsroom.person(Role.DISTRICT_OFFICER, DISTRICT)
    await newsroom.tell(assigned(newsroom.system, None, TOWN), assigned(newsroom.system, None, DISTRICT))
    (for_town,) = (await town.get("/"))["items"]
    assert for_town["title"] == "红色预警暂无人可派，请指派"
    assert await district.unread() == 1


async def test_who_loses_a_warning_is_told_too(newsroom: Newsroom) -> None:
    first = await newsroom.person(Role.GRID_COORDINATOR)
    town, other = (
        await newsroom.person(Role.TOWN_OFFICER),
        await newsroom.person(Role.TOWN_OFFICER, OTHER_TOWN),
    )
    await newsroom.system.settle()
    district = District(newsroom.system)
    await district.register()
    await district.send(period="2026-10", amount_cny="812345.60", months=3, workers=41)
    await district.register(workplace_division=OTHER_TOWN, grid_cell=None)
    await newsroom.system.settle()
    titles = [(await one.get("/"))["items"][0]["title"] for one in (first, town)]
    assert titles == ["红色预警已转由他人承办，您无需再办", "红色预警的企业已迁出本街镇，不再由本街镇承办"]
    assert sorted(await other.kinds()) == ["warning_assigned", "warning_moved"]


async def test_an_officer_of_a_village_is_told_of_what_lies_in_it(newsroom: Newsroom) -> None:
    officer = await newsroom.person(Role.TOWN_OFFICER, f"{TOWN}001", "village.one")
    town = await newsroom.person(Role.TOWN_OFFICER)
    async with newsroom.house.db.read() as tx:
        start = await repository.newest_seq(tx)
    for division in (f"{TOWN}001", f"{TOWN}002", TOWN):
        told = Recipient(role=Role.TOWN_OFFICER, division=division)
        await newsroom.tell(raised(newsroom.system, told, division=division))
    assert (await town.unread(), await officer.unread()) == (3, 1)
    (mine,) = (await officer.get("/"))["items"]
    assert mine["division"] == f"{TOWN}001"
    who = reader(officer.account_id, Role.TOWN_OFFICER, f"{TOWN}001")
    async with newsroom.house.db.read() as tx:
        everything = await repository.all_after(tx, start, 100)
    assert [one.division for one in everything if who.reads(one)] == [f"{TOWN}001"]
    assert await officer.read(up_to=mine["id"]) == 0
    assert await town.unread() == 3


async def test_what_asks_nothing_of_anybody_is_not_told(newsroom: Newsroom) -> None:
    officer = await newsroom.person(Role.TOWN_OFFICER)
    closed = WarningClosed.model_validate(
        {**facts(newsroom.system, state="closed"), "reason_code": "resolved"}
    )
    await newsroom.tell(closed)
    assert await officer.unread() == 0


async def test_an_event_that_comes_twice_is_told_once(newsroom: Newsroom) -> None:
    officer = await newsroom.person(Role.TOWN_OFFICER)
    gateway = newsroom.system.host.hosted["gateway"]
    event = raised(newsroom.system)
    envelope = Emitted(new_id(), event, newsroom.system.clock.now(), "twice-0001").envelope("warning")
    message = Message(event.TOPIC, event.key, envelope.id, event.TYPE, envelope.model_dump_json().encode())
    await gateway.inbox.handle([message, message])
    await gateway.inbox.handle([message])
    assert await officer.kinds() == ["warning_raised"]


async def test_each_holder_of_an_office_reads_for_themselves(newsroom: Newsroom) -> None:
    first, second = [await newsroom.person(Role.TOWN_OFFICER, name=name) for name in ("chen", "wu")]
    await newsroom.tell(raised(newsroom.system))
    (told,) = (await first.get("/"))["items"]
    assert await first.read(ids=[told["id"]]) == 0
    assert (await first.get("/"))["items"][0]["read"] is True
    assert (await first.get("/", unread_only=True))["items"] == []
    assert (await second.get("/", unread_only=True))["items"] == [told]
    assert (await second.get("/unread")) == {"unread": 1, "by_kind": {"warning_raised": 1}}


async def test_reading_again_changes_nothing(newsroom: Newsroom) -> None:
    officer = await newsroom.person(Role.TOWN_OFFICER)
    await newsroom.tell(*(raised(newsroom.system) for _ in range(5)))
    ids = [item["id"] for item in (await officer.get("/"))["items"]]
    assert await officer.read(ids=ids[:2]) == 3
    assert await officer.read(ids=ids[:2]) == 3
    assert await officer.read(up_to=ids[3]) == 1
    assert await officer.read(up_to=ids[3]) == 1
    assert (await officer.get("/unread")) == {"unread": 1, "by_kind": {"warning_raised": 1}}
    assert [item["read"] for item in (await officer.get("/"))["items"]] == [True, True, False, True, True]


async def test_what_is_anothers_cannot_be_marked_nor_used_to_mark(newsroom: Newsroom) -> None:
    mine = await newsroom.person(Role.TOWN_OFFICER)
    other = await newsroom.person(Role.TOWN_OFFICER, OTHER_TOWN)
    coordinator = await newsroom.person(Role.GRID_COORDINATOR)
    elsewhere = Recipient(role=Role.TOWN_OFFICER, division=OTHER_TOWN)
    await newsroom.tell(
        raised(newsroom.system),
        raised(newsroom.system, elsewhere),
        assigned(newsroom.system, coordinator.account_id),
    )
    foreign = [(await who.get("/"))["items"][0]["id"] for who in (other, coordinator)]
    assert await mine.read(ids=foreign) == 1
    for one in (*foreign, str(new_id())):
        assert await mine.read(up_to=one) == 1
    assert (await other.unread(), await coordinator.unread()) == (1, 1)
    async with newsroom.house.db.read() as tx:
        assert await tx.rows(select(notification_reads)) == []


async def test_what_an_office_was_told_before_one_came_is_no_news_to_them(newsroom: Newsroom) -> None:
    await newsroom.tell(raised(newsroom.system))
    await newsroom.later(hours=1)
    newcomer = await newsroom.person(Role.TOWN_OFFICER)
    assert (await newcomer.get("/unread")) == {"unread": 0, "by_kind": {}}
    assert [item["read"] for item in (await newcomer.get("/"))["items"]] == [True]
    await newsroom.tell(raised(newsroom.system))
    assert await newcomer.unread() == 1


async def test_pages_hold_everything_once_also_when_more_is_told_between_them(newsroom: Newsroom) -> None:
    coordinator = await newsroom.person(Role.GRID_COORDINATOR)
    mixed = Recipient(role=Role.GRID_COORDINATOR, division=TOWN)
    for _ in range(4):
        await newsroom.tell(assigned(newsroom.system, coordinator.account_id), raised(newsroom.system, mixed))
    everything = [item["id"] for item in (await coordinator.get("/"))["items"]]
    assert len(everything) == 8
    page = await coordinator.get("/", limit=3)
    seen = [item["id"] for item in page["items"]]
    while page["next_cursor"]:
        await newsroom.tell(assigned(newsroom.system, coordinator.account_id))
        page = await coordinator.get("/", limit=3, cursor=page["next_cursor"])
        seen += [item["id"] for item in page["items"]]
    assert seen == everything


@pytest.mark.parametrize(
    "query", [{"limit": 0}, {"limit": 201}, {"cursor": "x"}, {"unread_only": "maybe"}, {"cursor": "MTIzNA"}]
)
async def test_a_page_that_is_none_is_refused(newsroom: Newsroom, query: dict[str, str]) -> None:
    officer = await newsroom.person(Role.TOWN_OFFICER)
    answer = await newsroom.house.call(officer.token, "GET", f"{DOOR}/", params=query)
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"ids": []},
        {"ids": ["x"]},
        {"ids": [str(NOBODY)] * 201},
        {"ids": [str(NOBODY)], "up_to": str(NOBODY)},
        {"up_to": 7},
        {"all": True},
    ],
)
async def test_what_does_not_say_what_is_read_is_refused(newsroom: Newsroom, body: object) -> None:
    officer = await newsroom.person(Role.TOWN_OFFICER)
    answer = await newsroom.house.call(officer.token, "POST", f"{DOOR}/read", json=body)
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")


async def test_a_disabled_account_is_told_nothing_more(newsroom: Newsroom) -> None:
    officer = await newsroom.person(Role.TOWN_OFFICER)
    await newsroom.tell(raised(newsroom.system))
    async with newsroom.house.db.write() as tx:
        await disable_account(tx, officer.username, "tests")
    for path in ("/", "/unread", "/stream"):
        assert (await newsroom.house.call(officer.token, "GET", f"{DOOR}{path}")).status_code == 401


async def test_a_department_has_no_notifications(newsroom: Newsroom) -> None:
    token = await newsroom.house.department_token()
    await newsroom.tell(raised(newsroom.system))
    answer = await newsroom.house.call(token, "GET", f"{DOOR}/")
    assert answer.json() == {"items": [], "next_cursor": None, "unread": 0}


async def test_what_is_no_news_any_more_is_forgotten_with_who_read_it(newsroom: Newsroom) -> None:
    officer = await newsroom.person(Role.TOWN_OFFICER)
    await newsroom.tell(raised(newsroom.system))
    (told,) = (await officer.get("/"))["items"]
    await officer.read(ids=[told["id"]])
    await newsroom.later(days=60)
    await newsroom.tell(assigned(newsroom.system, None, TOWN))
    await newsroom.later(days=60)
    async with newsroom.house.db.write() as tx:
        assert not await forget_old_notifications(tx, timedelta(days=90))
    async with newsroom.house.db.read() as tx:
        left = await tx.rows(select(notifications.c.kind))
        assert await tx.rows(select(notification_reads)) == []
    assert [row.kind for row in left] == ["warning_assigned"]


FILL = """
INSERT INTO gateway.notifications (id, at, addressee, kind, subject, subject_id, uscc, division, title_zh, title_en)
SELECT gen_random_uuid(), now(), CASE WHEN i % 50 = 0 THEN 'office:town_officer:310112101' ELSE 'account:' || i END,
  'warning_raised', 'warning', gen_random_uuid(), 'E' || i, '310112101', 't', 't' FROM generate_series(1, 50000) i;
INSERT INTO gateway.notification_reads (account_id, seq, read_at)
SELECT '00000000-0000-7000-8000-000000000001', seq, now() FROM gateway.notifications
WHERE addressee = 'office:town_officer:310112101' AND seq % 100 = 0;
INSERT INTO gateway.notification_reads (account_id, seq, read_at)
SELECT gen_random_uuid(), seq, now() FROM gateway.notifications;
ANALYZE;
"""


async def test_lists_counts_marks_and_rounds_find_their_rows_by_an_index(newsroom: Newsroom) -> None:
    db = newsroom.house.db
    who = reader(UUID("00000000-0000-7000-8000-000000000001"), Role.TOWN_OFFICER, TOWN)
    async with db.write() as tx:
        await (await tx.driver()).execute(FILL)
    with statements_of(db) as seen:
        async with db.read() as tx:
            await repository.listing(tx, who, 40_000, 50, unread_only=True)
            await repository.unread_by_kind(tx, who)
            await repository.between(tx, who, 30_000, 40_000, 200)
            await repository.all_after(tx, 49_900, 500)
        async with db.write() as tx:
            await repository.mark_read(tx, who, [new_id()])
    plans = [await plan_of(db, statement) for statement in seen]
    expected = ["ix_notifications_addressee"] * 3 + ["pk_notifications", "uq_notifications_id"]
    for index, plan in zip(expected, plans, strict=True):
        assert index in plan
