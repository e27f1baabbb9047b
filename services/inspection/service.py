"""The inspection service: cases of the labour inspectorate (劳动保障监察)."""

from services.inspection.repository.tables import MAILBOXES, metadata
from shared.runtime.spec import Context, Service, ServiceSpec
from shared.web.app import make_app


def build(context: Context) -> Service:
    """Return the built service."""
    return Service(app=make_app(context.name, SPEC.title_en, context.db, context.tokens))


SPEC = ServiceSpec("inspection", "监察服务", "Inspection", metadata, MAILBOXES, build)
