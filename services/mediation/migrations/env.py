"""Alembic environment of the mediation service."""

from alembic import context

from services.mediation.repository.tables import metadata
from shared.db.migrate import run_environment

run_environment(context, metadata)
