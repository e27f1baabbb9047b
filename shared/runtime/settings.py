"""Settings that every service has. Only `services.__main__` and the demo read the environment."""

from pathlib import Path
from typing import Any, Literal

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.db.engine import POOL_SIZE
from shared.kernel.errors import DomainError, FieldProblem


class SettingsInvalid(DomainError):
    """The environment holds a value that a setting cannot have."""

    code = "settings_invalid"
    message_zh = "环境变量有误，请改正后重新启动。"
    message_en = "An environment variable cannot be used: correct it and start again."


class Settings(BaseSettings):
    """Settings from the environment; a wrong value is a refusal that names its variable, and never repeats it."""

    def __init__(self, **values: Any) -> None:
        """Read the environment. Raises SettingsInvalid."""
        try:
            super().__init__(**values)
        except ValidationError as error:
            raise SettingsInvalid(fields=self._problems(error)) from None

    @classmethod
    def _problems(cls, error: ValidationError) -> list[FieldProblem]:
        prefix = cls.model_config.get("env_prefix", "")
        return [
            FieldProblem(
                f"{prefix}{'.'.join(map(str, one['loc']))}".upper(),
                one["type"],
                "该值无效。",
                f"{one['msg']}.",
            )
            for one in error.errors(include_input=False, include_url=False, include_context=False)
        ]


class CommonSettings(Settings):
    """Where the database, the bus, the keys and the other services are.

    Environment variables carry the same names in capitals, e.g. `DATABASE_URL`, `TOKEN_KEY_FILE`.
    """

    model_config = SettingsConfigDict(secrets_dir=None, extra="ignore")

    database_url: SecretStr = SecretStr("")
    database_pool_size: int = Field(default=POOL_SIZE, ge=8, le=200)
    token_key_file: Path | None = None
    token_public_key_file: Path | None = None
    bus: Literal["local", "kafka"] = "local"
    kafka_bootstrap_servers: str = "127.0.0.1:9092"
    kafka_replication: int = 1
    kafka_session_timeout_seconds: float = 45.0
    upstream_warning: str = ""
    upstream_mediation: str = ""
    upstream_inspection: str = ""
    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65_535)
    log_level: str = "INFO"
    log_file: str | None = None
    otel_exporter_otlp_endpoint: str = ""
