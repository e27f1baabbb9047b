"""Settings of the warning service: WARNING_* values."""

from pathlib import Path

from pydantic_settings import SettingsConfigDict

from shared.runtime.settings import Settings


class WarningSettings(Settings):
    """What a district may want to set otherwise.

    policy_file: another handling policy than this release's (same form as `data/policy.json`).
    """

    model_config = SettingsConfigDict(env_prefix="WARNING_", extra="ignore")

    policy_file: Path | None = None
