"""Alembic environment of the warning service."""

from alembic import context

from services.warning.service import SPEC
from shared.db.migrate import run_environment

run_environment(context, SPEC.metadata)
