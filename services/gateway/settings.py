"""Settings of the gateway: environment variables `GATEWAY_…`, read once by `service.build`."""

from datetime import timedelta
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from services.gateway.domain.sessions import Lifetimes


class GatewaySettings(BaseSettings):
    """How long credentials hold, and where unread results wait."""

    model_config = SettingsConfigDict(env_prefix="GATEWAY_", extra="ignore")

    access_token_minutes: int = Field(default=10, ge=1, le=60)
    session_idle_minutes: int = Field(default=240, ge=5)
    session_hours: int = Field(default=12, ge=1)
    spool_folder: Path | None = None

    @property
    def lifetimes(self) -> Lifetimes:
        """Return the lifetimes as values."""
        return Lifetimes(
            access=timedelta(minutes=self.access_token_minutes),
            idle=timedelta(minutes=self.session_idle_minutes),
            session=timedelta(hours=self.session_hours),
        )
