"""While PostgreSQL is away nothing pretends to work and nothing is lost; when it is back, everything goes on."""

from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
import pytest_asyncio
from pydantic import SecretStr
from sqlalchemy import text

from services.gateway.repository.tables import MAILBOXES as SENT
from services.mediation.service import SPEC as MEDIATION
from shared.auth.tokens import TokenVerifier, generate_key, public_half
from shared.bus.local import LocalBus
from shared.bus.port import BusUnavailable
from shared.db.embedded import EmbeddedPostgres
from shared.db.engine import is_unreachable
from shared.kernel.clock import FixedClock
from shared.outbox.relay import unpublished
from shared.runtime.host import host
from shared.runtime.settings import CommonSettings
from tests.conftest import migrated
from tests.service.shared.post import Post, a_change, eventually, messages
from tests.support.databases import Databases

pytestmark = pytest.mark.asyncio


@pytest.fixture(scope="module")
def own_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    """Give a server that the tests may stop."""
    with EmbeddedPostgres(tmp_path_factory.mktemp("own"), durable=False) as server:
        yield server


@pytest.fixture(scope="module")
def own_databases(own_server: EmbeddedPostgres) -> Databases:
    """Give its databases."""
    return Databases(own_server.url, migrated)


@pytest_asyncio.fixture
async def server(own_server: EmbeddedPostgres) -> EmbeddedPostgres:
    """Give the server, running."""
    own_server.start()
    return own_server


@pytest_asyncio.fixture
async def url(server: EmbeddedPostgres, own_databases: Databases) -> AsyncIterator[str]:
    """Give the address of a database on it, and let the server run again afterwards."""
    async with own_databases.one() as address:
        yield address
        server.start()


@pytest_asyncio.fixture
async def post(url: str, clock: FixedClock) -> AsyncIterator[Post]:
    async with Post.opened(url, clock) as opened:
        yield opened


@pytest_asyncio.fixture
async def caller(url: str, clock: FixedClock) -> AsyncIterator[httpx.AsyncClient]:
    """Give a client of the mediation service alone."""
    tokens = TokenVerifier(public_half(generate_key()), clock)
    settings = CommonSettings(database_url=SecretStr(url))
    made = host([MEDIATION], settings, clock, tokens, LocalBus())
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(made.front), base_url="http://tests"
    ) as client:
        yield client
    await made.close()


async def test_readiness_turns_red_without_the_database_and_green_again_with_it(
    server: EmbeddedPostgres, caller: httpx.AsyncClient
) -> None:
    assert (await caller.get("/readyz")).status_code == 200

    server.leave()
    unready = await caller.get("/readyz")
    assert unready.status_code == 503
    assert unready.json()["checks"]["mediation.database"] != "ok"
    assert server.url.partition("host=")[2] not in unready.text
    assert (await caller.get("/healthz")).status_code == 200

    server.start()
    assert (await caller.get("/readyz")).status_code == 200


async def test_an_event_is_not_given_up_because_the_database_was_away(
    server: EmbeddedPostgres, post: Post, clock: FixedClock
) -> None:
    (message,) = messages(clock, [a_change()])
    server.leave()
    with pytest.raises(OSError, match="No such file"):
        await post.inbox.handle([message])

    server.start()
    await post.inbox.handle([message])

    assert await post.effects() == ["u0"]
    assert await post.letters() == []


async def test_an_event_is_not_given_up_because_the_server_is_stopping(
    server: EmbeddedPostgres, post: Post, clock: FixedClock
) -> None:
    """It still takes connections then, only to refuse them."""
    (message,) = messages(clock, [a_change()])
    async with post.sender.read() as slow:
        await slow.value(text("SELECT 1"))
        await post.receiver.engine.dispose()
        await _stop_when_idle(server)
        with pytest.raises(Exception, match="shutting down") as refused:
            await post.inbox.handle([message])
    assert is_unreachable(refused.value)

    server.leave()
    server.start()
    await post.inbox.handle([message])

    assert await post.effects() == ["u0"]
    assert await post.letters() == []


async def _stop_when_idle(server: EmbeddedPostgres) -> None:
    """Ask for the slow kind of stop, which waits for connections that are open."""
    server._run("pg_ctl", ["-D", str(server._data), "-m", "smart", "-W", "stop"])

    async def stopping() -> bool:
        return server._state() == "stopping"

    await eventually(stopping)


async def test_what_was_emitted_before_leaves_after(server: EmbeddedPostgres, post: Post) -> None:
    bus = post.bus()
    await post.emit(a_change())
    async with post.autocommit() as connection:
        server.leave()
        with pytest.raises(Exception, match="closed") as lost:
            await post.relay(bus).publish_batch(connection)
    assert is_unreachable(lost.value)
    assert not isinstance(lost.value, BusUnavailable)

    server.start()
    assert await post.publish(bus) == 1

    assert await post.effects() == ["u0"]
    assert await unpublished(post.sender, SENT) == 0
