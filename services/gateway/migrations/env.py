"""Alembic environment of the gateway."""

from alembic import context

from services.gateway.repository.tables import metadata
from shared.db.migrate import run_environment

run_environment(context, metadata)
