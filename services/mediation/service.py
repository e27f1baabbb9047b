"""The mediation service: cases in the four-tier mediation network (区、街镇、园区楼宇行业、企业)."""

from services.mediation.repository.tables import MAILBOXES, metadata
from shared.runtime.spec import Context, Service, ServiceSpec
from shared.web.app import make_app


def build(context: Context) -> Service:
    """Return the built service."""
    return Service(app=make_app(context.name, SPEC.title_en, context.db, context.tokens))


SPEC = ServiceSpec("mediation", "调解服务", "Mediation", metadata, MAILBOXES, build)
