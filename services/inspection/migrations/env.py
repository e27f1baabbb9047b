"""Alembic environment of the inspection service."""

from alembic import context

from services.inspection.repository.tables import metadata
from shared.db.migrate import run_environment

run_environment(context, metadata)
