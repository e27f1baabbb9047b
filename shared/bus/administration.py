"""What an administrator does on the broker: admits who may write to a topic of ours, and rewinds a reading."""

from collections.abc import Iterable
from datetime import datetime

from kafka.admin import (
    ACL,
    ACLFilter,
    ACLOperation,
    ACLPermissionType,
    ACLResourcePatternType,
    OffsetTimestamp,
    ResourcePattern,
    ResourcePatternFilter,
    ResourceType,
    ScramMechanism,
    UserScramCredentialDeletion,
    UserScramCredentialUpsertion,
)

from shared.bus.client import administering
from shared.bus.port import BusUnavailable
from shared.bus.settings import KafkaSettings, milliseconds
from shared.kernel.errors import DomainError, Kind

_REFUSED = "the broker refuses"
_MECHANISM = ScramMechanism.SCRAM_SHA_256
_MAY = (ACLOperation.WRITE, ACLOperation.DESCRIBE)
_ANYWHERE = "*"


class GroupStillReads(DomainError):
    """Its members would go on from where they are."""

    kind = Kind.CONFLICT
    code = "group_still_reads"

    def __init__(self, group: str) -> None:
        """Name the group."""
        super().__init__(
            f"消费组 {group} 仍有成员在读：请先停止该服务的全部 worker，再重试。",
            f"The group {group} is still reading: stop every worker of its service, then try again.",
        )


class NoAccessControl(DomainError):
    """There is nobody to be let in: the broker lets everybody do everything."""

    kind = Kind.CONFLICT
    code = "no_access_control"
    message_zh = (
        "该 Kafka 未启用访问控制，任何人都可写入，无需准入；启用方法见 deploy/kafka/server.properties。"
    )
    message_en = (
        "This broker has no access control, so everybody may write and nobody need be admitted;"
        " deploy/kafka/server.properties shows how it is set up."
    )


def admit(settings: KafkaSettings, user: str, password: str, topic: str) -> None:
    """Let `user` log in (SCRAM-SHA-256) and write to `topic`, and nothing else.

    Raises NoAccessControl and BusUnavailable.
    """
    with administering(settings, _REFUSED) as admin:
        pattern = ResourcePattern(ResourceType.TOPIC, topic)
        allowed = [
            ACL(f"User:{user}", _ANYWHERE, operation, ACLPermissionType.ALLOW, pattern) for operation in _MAY
        ]
        failed = admin.create_acls(allowed)["failed"]
        if any("SecurityDisabled" in repr(one) for one in failed):
            raise NoAccessControl
        _all_well(failed)
        # Last: a user without rights would stay behind where these cannot be given.
        errors = admin.alter_user_scram_credentials(
            [UserScramCredentialUpsertion(user, _MECHANISM, password)]
        )
        _all_well(errors.values())


def dismiss(settings: KafkaSettings, user: str) -> None:
    """Take the login and every right of `user` away. Raises BusUnavailable."""
    with administering(settings, _REFUSED) as admin:
        every = ResourcePatternFilter(ResourceType.ANY, None, ACLResourcePatternType.ANY)
        admin.delete_acls([ACLFilter(f"User:{user}", None, ACLOperation.ANY, ACLPermissionType.ANY, every)])
        _all_well(
            admin.alter_user_scram_credentials([UserScramCredentialDeletion(user, _MECHANISM)]).values()
        )


def rewind(settings: KafkaSettings, group: str, topic: str, to: datetime) -> int:
    """Let `group` read `topic` again from the first record at or after `to`; return how many partitions.

    Only back: what it has not read yet is never passed over. Raises GroupStillReads and BusUnavailable.
    """
    with administering(settings, _REFUSED) as admin:
        committed = admin.list_group_offsets({group: None})[group]
        read = {at: one.offset for at, one in committed.items() if at.topic == topic}
        moment = OffsetTimestamp(milliseconds(to.timestamp()))
        found = admin.list_partition_offsets(dict.fromkeys(read, moment))
        back = {at: one.offset for at, one in found.items() if 0 <= one.offset < read[at]}
        if not back:
            return 0
        results = admin.reset_group_offsets(group, dict(back))  # it takes them out of the mapping
        failed = {one["error"].__name__ for one in results.values() if one["error"].errno != 0}
        if "UnknownMemberIdError" in failed:
            raise GroupStillReads(group)
        _all_well(failed)
        return len(back)


def _all_well(errors: Iterable[object]) -> None:
    failed = [error for error in errors if error]
    if failed:
        raise BusUnavailable(f"{_REFUSED}: {failed}")
