"""Why a message of a partner is not taken. The codes are part of the protocol: partners' programs read them."""

from shared.kernel.errors import DomainError, FieldProblem, Kind


class MessageRefused(DomainError):
    """A message is not taken."""

    kind = Kind.UNAUTHENTICATED
    code = "signature_invalid"
    message_zh = "签名无效：报文在途中被改动，或签名有误。"
    message_en = "The signature is not valid: the message was altered, or signed wrongly."


class Unsigned(MessageRefused):
    """There is no signature."""

    code = "unsigned"
    message_zh = "报文没有签名：须按 RFC 9421 签名。"
    message_en = "The message is not signed: sign it by RFC 9421."


class SignatureMalformed(MessageRefused):
    """The signature's headers cannot be read."""

    kind = Kind.MALFORMED
    code = "signature_malformed"
    message_zh = "签名首部无法解析。"
    message_en = "The signature's headers cannot be read."


class SignatureIncomplete(MessageRefused):
    """The signature does not cover, or does not state, what the profile asks for."""

    code = "signature_incomplete"
    message_zh = (
        "签名须覆盖 @method、@target-uri、content-digest，并含 created、expires、nonce、keyid、"
        "tag=labour-federation。"
    )
    message_en = (
        "The signature must cover @method, @target-uri and content-digest, and state created, expires, nonce, "
        "keyid and tag=labour-federation."
    )


class HeaderRepeated(MessageRefused):
    """A header that decides who speaks or what was said stands there twice."""

    kind = Kind.MALFORMED
    code = "duplicate_header"
    message_zh = "签名、摘要、主机或长度首部重复。"
    message_en = "A header of signature, digest, host, type or length stands there twice."


class UnknownKey(MessageRefused):
    """No partner has this key."""

    code = "unknown_key"
    message_zh = "未知的密钥：请先与本院交换并核对伙伴文件。"
    message_en = "The key is not known here: exchange partner files first."


class SignatureInvalid(MessageRefused):
    """The signature does not fit the message."""


class DigestMissing(MessageRefused):
    """There is no Content-Digest."""

    code = "digest_missing"
    message_zh = "缺少 Content-Digest。"
    message_en = "There is no Content-Digest."


class DigestMismatch(MessageRefused):
    """The body is not the one that was signed."""

    code = "digest_mismatch"
    message_zh = "正文与 Content-Digest 不符。"
    message_en = "The body does not fit its Content-Digest."


class Expired(MessageRefused):
    """The signature's own time is over."""

    code = "expired"
    message_zh = "签名已过期，请重新签名发送。"
    message_en = "The signature has expired: sign anew."


class Stale(MessageRefused):
    """The signature was made too long ago, or in the future."""

    code = "stale"
    message_zh = "签名时间与本院时钟相差超过 300 秒：请校准时钟后重新签名。"
    message_en = "The signature's time is more than 300 s from our clock: set the clock and sign anew."


class Replayed(MessageRefused):
    """A message with this nonce was taken before."""

    code = "replayed"
    message_zh = "该报文已经收到过（nonce 重复）。"
    message_en = "This message was taken before: its nonce is used up."


class PartnerSuspended(MessageRefused):
    """The partner may not speak at the moment."""

    kind = Kind.FORBIDDEN
    code = "partner_suspended"
    message_zh = "与该伙伴的往来已暂停。"
    message_en = "Exchange with this partner is suspended."


class NoGrant(MessageRefused):
    """Nothing allows this partner to ask for this."""

    kind = Kind.FORBIDDEN
    code = "no_grant"
    message_zh = "没有有效授权：该事项、数据类别、辖区或用途未获准，或已到期、撤销。"
    message_en = "No grant in force covers this operation, data class, jurisdiction and purpose."


class DecisionTimeImpossible(MessageRefused):
    """A decision is dated before its request, or in the future."""

    kind = Kind.INVALID
    code = "decision_time_impossible"
    message_zh = "决定时间早于该事项，或晚于本院时钟 300 秒以上：请校准时钟，更正 decided_at。"
    message_en = (
        "The decision is dated before its request, or more than 300 s ahead of our clock: correct decided_at."
    )

    def __init__(self) -> None:
        """Name the field."""
        told = FieldProblem("decided_at", self.code, self.message_zh, self.message_en)
        super().__init__(fields=[told])


class MessageIdTaken(MessageRefused):
    """The id came with other content before."""

    kind = Kind.CONFLICT
    code = "message_id_taken"
    message_zh = "该编号此前用于内容不同的报文。"
    message_en = "A message with this id and other content was taken before."
