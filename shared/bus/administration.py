"""What an administrator does on the broker: admits who may write to a topic of ours, and rewinds a reading."""

from collections.abc import Iterable
from datetime import datetime

from kafka import TopicPartition
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

_REFUSED = "the broker refuses"
_MECHANISM = ScramMechanism.SCRAM_SHA_256
_MAY = (ACLOperation.WRITE, ACLOperation.DESCRIBE)
_ANYWHERE = "*"


def admit(settings: KafkaSettings, user: str, password: str, topic: str) -> None:
    """Let `user` log in (SCRAM-SHA-256) and write to `topic`, and nothing else. Raises BusUnavailable."""
    with administering(settings, _REFUSED) as admin:
        errors = admin.alter_user_scram_credentials(
            [UserScramCredentialUpsertion(user, _MECHANISM, password)]
        )
        _all_well(errors.values())
        pattern = ResourcePattern(ResourceType.TOPIC, topic)
        allowed = [
            ACL(f"User:{user}", _ANYWHERE, operation, ACLPermissionType.ALLOW, pattern) for operation in _MAY
        ]
        _all_well(admin.create_acls(allowed)["failed"])


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

    The group must have no member. Raises BusUnavailable.
    """
    with administering(settings, _REFUSED) as admin:
        (described,) = admin.describe_topics([topic])
        at = OffsetTimestamp(milliseconds(to.timestamp()))
        partitions = {TopicPartition(topic, one["partition_index"]): at for one in described["partitions"]}
        results = admin.reset_group_offsets(group, partitions)
        _all_well(outcome["error"].__name__ for outcome in results.values() if outcome["error"].errno != 0)
        return len(partitions)


def _all_well(errors: Iterable[object]) -> None:
    failed = [error for error in errors if error]
    if failed:
        raise BusUnavailable(f"{_REFUSED}: {failed}")
