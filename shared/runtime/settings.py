"""Settings that every service has. Only `services.__main__` and the demo read the environment."""

from pathlib import Path
from typing import Literal

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class CommonSettings(BaseSettings):
    """Where the database, the bus, the keys and the other services are.

    Environment variables carry the same names in capitals, e.g. `DATABASE_URL`, `TOKEN_KEY_FILE`.
    """

    model_config = SettingsConfigDict(secrets_dir=None, extra="ignore")

    database_url: SecretStr = SecretStr("")
    token_key_file: Path | None = None
    token_public_key_file: Path | None = None
    bus: Literal["local", "kafka"] = "local"
    kafka_bootstrap_servers: str = "127.0.0.1:9092"
    kafka_replication: int = 1
    upstream_warning: str = ""
    upstream_mediation: str = ""
    upstream_inspection: str = ""
    host: str = "127.0.0.1"
    port: int = 8080
    log_level: str = "INFO"
    log_file: str | None = None
