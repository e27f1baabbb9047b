"""Reads an OAuth 2 token request (RFC 6749, 2.3.1 and 4.4): a form, with the credentials inside or in HTTP Basic."""

import base64
import binascii
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote_plus

from fastapi import Request, Response
from pydantic_core import to_json

from services.gateway.api.bodies import read_body
from shared.kernel.errors import DomainError, Kind
from shared.web.errors import PROBLEM_TYPE, STATUS, problem_of

FORM = "application/x-www-form-urlencoded"
_FORM_LIMIT = 16 * 1024
_BASIC = "basic "


@dataclass(frozen=True, slots=True)
class ClientCredentials:
    """What a machine showed."""

    client_id: str
    client_secret: str


class TokenRequestInvalid(DomainError):
    """The token request is malformed."""

    kind = Kind.MALFORMED
    code = "invalid_request"
    message_zh = "令牌请求格式有误：请用表单提交 grant_type，凭据只放在表单或 HTTP Basic 其中一处。"
    message_en = (
        "The token request is malformed: send grant_type as a form, and credentials in the form or in Basic."
    )


class GrantTypeUnsupported(DomainError):
    """Machines have client credentials and nothing else."""

    kind = Kind.MALFORMED
    code = "unsupported_grant_type"
    message_zh = "仅支持 grant_type=client_credentials。"
    message_en = "Only grant_type=client_credentials is supported."


class ClientInvalid(DomainError):
    """The client is unknown or disabled, or the secret is wrong."""

    kind = Kind.UNAUTHENTICATED
    code = "invalid_client"
    message_zh = "客户端编号或密钥错误。"
    message_en = "The client id or the secret is wrong."


TokenRefusal = TokenRequestInvalid | GrantTypeUnsupported | ClientInvalid


def refusal(error: TokenRefusal) -> Response:
    """Return a problem that OAuth clients understand too: `error` is RFC 6749's code (5.2)."""
    document = problem_of(error) | {"error": error.code}
    headers = (
        {"WWW-Authenticate": 'Basic realm="labour-warning"'} if isinstance(error, ClientInvalid) else None
    )
    return Response(to_json(document), STATUS[error.kind], headers, PROBLEM_TYPE)


async def read_credentials(request: Request) -> ClientCredentials:
    """Return what the machine showed. Raises one of the three refusals, or what read_body raises."""
    form = _form(await read_body(request, _FORM_LIMIT, (FORM,)))
    in_header = _basic(request.headers.getlist("authorization"))
    in_form = _in_form(form)
    if "grant_type" not in form or (in_header is not None and "client_secret" in form):
        raise TokenRequestInvalid
    if form["grant_type"] != "client_credentials":
        raise GrantTypeUnsupported
    shown = in_header or in_form
    if shown is None:
        raise ClientInvalid
    return shown


def _form(raw: bytes) -> dict[str, str]:
    try:
        fields = parse_qs(
            raw.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=bool(raw),
            errors="strict",
            max_num_fields=20,
        )
    except ValueError:
        raise TokenRequestInvalid from None
    if any(len(values) > 1 for values in fields.values()):
        raise TokenRequestInvalid
    return {name: values[0] for name, values in fields.items()}


def _in_form(form: dict[str, str]) -> ClientCredentials | None:
    if "client_id" not in form or "client_secret" not in form:
        return None
    return ClientCredentials(form["client_id"], form["client_secret"])


def _basic(headers: list[str]) -> ClientCredentials | None:
    if not headers:
        return None
    if len(headers) > 1 or not headers[0].lower().startswith(_BASIC):
        raise TokenRequestInvalid
    try:
        decoded = base64.b64decode(headers[0][len(_BASIC) :].strip(), validate=True).decode()
        client_id, colon, secret = decoded.partition(":")
        shown = ClientCredentials(
            unquote_plus(client_id, errors="strict"), unquote_plus(secret, errors="strict")
        )
    except (binascii.Error, ValueError):
        raise ClientInvalid from None
    if not colon:
        raise ClientInvalid
    return shown
