"""Settings of the gateway: environment variables `GATEWAY_…`, read once by `service.build`."""

from datetime import timedelta
from pathlib import Path

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from services.gateway.domain.assistance import Patience
from services.gateway.domain.sessions import Lifetimes
from shared.runtime.settings import Settings


class GatewaySettings(Settings):
    """How long credentials hold, where unread results wait, what becomes of notifications, and who we are to others.

    federation_key_file: `federation-keys.json` beside the token key when not given; made at first use.
    federation_base_url: where partners reach us; when not given, where they did so far, at first `http://HOST:PORT`.
    federation_name: likewise; at first that of the district this was made for.
    """

    model_config = SettingsConfigDict(env_prefix="GATEWAY_", extra="ignore")

    access_token_minutes: int = Field(default=10, ge=1, le=60)
    session_idle_minutes: int = Field(default=240, ge=5)
    session_hours: int = Field(default=12, ge=1)
    spool_folder: Path | None = None
    notification_days: int = Field(default=90, ge=1)
    streams_per_account: int = Field(default=5, ge=1)
    federation_name: str | None = Field(default=None, min_length=1, max_length=80)
    federation_base_url: str = ""
    federation_key_file: Path | None = None
    federation_give_up_hours: float = Field(default=72, gt=0)

    @property
    def patience(self) -> Patience:
        """Return how long messages to partners are tried."""
        return Patience(give_up_after=timedelta(hours=self.federation_give_up_hours))

    @property
    def lifetimes(self) -> Lifetimes:
        """Return the lifetimes as values."""
        return Lifetimes(
            access=timedelta(minutes=self.access_token_minutes),
            idle=timedelta(minutes=self.session_idle_minutes),
            session=timedelta(hours=self.session_hours),
        )

    @property
    def notification_age(self) -> timedelta:
        """Return how long a notification is kept."""
        return timedelta(days=self.notification_days)
