"""Alembic environment of the gateway."""

from alembic import context

from services.gateway.service import SPEC
from shared.db.migrate import run_environment

run_environment(context, SPEC.metadata)
