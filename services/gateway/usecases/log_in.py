"""An official logs in with a password.

It opens its transactions itself: checking a password takes tens of milliseconds, which no transaction should last.
"""

from services.gateway.domain.audit import AuditEntry, Deed
from services.gateway.domain.sessions import Lifetimes, Session
from services.gateway.domain.throttle import account_key, check_allowed, folded_username, one_more
from services.gateway.repository import accounts, audit, login_failures, sessions
from services.gateway.repository.accounts import Credentials
from services.gateway.usecases.opened_session import OpenedSession, give_refresh_token
from services.gateway.usecases.password_hashing import Passwords
from services.gateway.usecases.turns import Turns
from shared.db.tx import Database, ReadTx
from shared.kernel.errors import DomainError, Kind
from shared.kernel.ids import new_id


class WrongCredentials(DomainError):
    """Name or password is wrong, or the account is disabled: the answer does not tell which."""

    kind = Kind.UNAUTHENTICATED
    code = "wrong_credentials"
    message_zh = "用户名或密码错误。"
    message_en = "The user name or the password is wrong."


class LogIn:
    """Logins, one at a time for each account and address, so that parallel guesses gain nothing."""

    def __init__(self, db: Database, passwords: Passwords, lifetimes: Lifetimes) -> None:
        """Keep the parts."""
        self._db = db
        self._passwords = passwords
        self._lifetimes = lifetimes
        self._turns = Turns()

    async def __call__(self, username: str, password: str, address: str) -> OpenedSession:
        """Open a session. Raises WrongCredentials or TooManyFailures."""
        key = account_key(username)
        async with self._turns.of((key, address)):
            async with self._db.read() as tx:
                check_allowed(await login_failures.of(tx, key, address), tx.now)
                known = await _account_of(tx, username)
            usable = known is not None and known.account.enabled
            password_hash = known.password_hash if known is not None and usable else None
            if not await self._passwords.matches(password_hash, password) or known is None:
                await self._fail(known, key, address)
                raise WrongCredentials
            return await self._open(known, key, address)

    async def _fail(self, known: Credentials | None, key: str, address: str) -> None:
        async with self._db.write() as tx:
            before = await login_failures.of(tx, key, address)
            await login_failures.keep(tx, key, address, one_more(before, tx.now))
            await audit.append(tx, _entry(known, key, address, "refused"))

    async def _open(self, known: Credentials, key: str, address: str) -> OpenedSession:
        async with self._db.write() as tx:
            await login_failures.forget(tx, key, address)
            session = Session(new_id(), known.account.id, tx.now + self._lifetimes.session, None)
            await sessions.open_session(tx, session)
            await audit.append(tx, _entry(known, key, address, "ok"))
            return await give_refresh_token(tx, known.account, session, self._lifetimes)


async def _account_of(tx: ReadTx, username: str) -> Credentials | None:
    # PostgreSQL takes no NUL; a name with one is simply nobody's.
    return await accounts.by_username(tx, folded_username(username).replace("\x00", "\ufffd"))


def _entry(known: Credentials | None, key: str, address: str, outcome: str) -> AuditEntry:
    if known is None:
        return AuditEntry(Deed.LOGIN, outcome, f"unknown:{key[:16]}", address=address)
    account = known.account
    return AuditEntry(Deed.LOGIN, outcome, account.username, account.id, account.role, address=address)
