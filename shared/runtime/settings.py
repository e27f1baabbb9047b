"""Settings that every service has. Only `services.__main__` and the demo read the environment."""

from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from shared.bus.settings import KafkaSettings
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


def _networks(text: object) -> object:
    return (
        [ip_network(part.strip()) for part in text.split(",") if part.strip()]
        if isinstance(text, str)
        else text
    )


class CommonSettings(Settings):
    """Where the database, the bus, the keys and the other services are.

    Environment variables carry the same names in capitals, e.g. `DATABASE_URL`, `TOKEN_KEY_FILE`.
    """

    model_config = SettingsConfigDict(secrets_dir=None, extra="ignore")

    database_url: SecretStr = SecretStr("")
    database_url_file: Path | None = None
    database_pool_size: int = Field(default=POOL_SIZE, ge=8, le=200)
    token_key_file: Path | None = None
    token_public_key_file: Path | None = None
    bus: Literal["local", "kafka"] = "local"
    kafka_bootstrap_servers: str = "127.0.0.1:9092"
    kafka_replication: int = 1
    kafka_session_timeout_seconds: float = 45.0
    kafka_security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    kafka_sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] | None = None
    kafka_sasl_username: str | None = None
    kafka_sasl_password_file: Path | None = None
    kafka_ssl_cafile: Path | None = None
    kafka_ssl_certfile: Path | None = None
    kafka_ssl_keyfile: Path | None = None
    kafka_epoch: int = Field(default=1, ge=1)
    upstream_warning: str = ""
    upstream_mediation: str = ""
    upstream_inspection: str = ""
    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65_535)
    # Addresses or networks, with commas between: the edges whose X-Forwarded-For says who is asking.
    trusted_proxies: Annotated[list[IPv4Network | IPv6Network], NoDecode, BeforeValidator(_networks)] = []
    drain_seconds: float = Field(default=0.0, ge=0, le=300)
    log_level: str = "INFO"
    log_file: str | None = None
    otel_exporter_otlp_endpoint: str = ""

    @model_validator(mode="after")
    def _read_database_url(self) -> Self:
        if self.database_url_file is not None and not self.database_url.get_secret_value():
            self.database_url = SecretStr(_content("DATABASE_URL_FILE", self.database_url_file))
        return self

    def kafka(self) -> KafkaSettings:
        """Return how to reach the broker. Raises SettingsInvalid when the password's file cannot be read."""
        password = self.kafka_sasl_password_file
        return KafkaSettings(
            bootstrap_servers=self.kafka_bootstrap_servers,
            session_timeout_seconds=self.kafka_session_timeout_seconds,
            security_protocol=self.kafka_security_protocol,
            ssl_cafile=_name(self.kafka_ssl_cafile),
            ssl_certfile=_name(self.kafka_ssl_certfile),
            ssl_keyfile=_name(self.kafka_ssl_keyfile),
            sasl_mechanism=self.kafka_sasl_mechanism,
            sasl_plain_username=self.kafka_sasl_username,
            sasl_plain_password=_content("KAFKA_SASL_PASSWORD_FILE", password) if password else None,
            epoch=self.kafka_epoch,
        )


def _name(path: Path | None) -> str | None:
    return None if path is None else str(path)


def _content(variable: str, path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsInvalid(
            fields=[FieldProblem(variable, "unreadable", "该文件无法读取。", "The file cannot be read.")]
        ) from error
