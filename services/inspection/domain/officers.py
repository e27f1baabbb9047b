"""Who has a case: at least two different officers, always (劳动保障监察条例 art. 16)."""

from collections.abc import Collection, Hashable

from services.inspection.domain.lifecycle import State
from shared.kernel.errors import DomainError, FieldProblem, Kind


class OfficersInvalid(DomainError):
    """These cannot be the officers of the case."""

    code = "inspection.officers_invalid"

    def __init__(self, message_zh: str, message_en: str) -> None:
        """Name the field and what to do."""
        super().__init__(
            message_zh,
            message_en,
            fields=(FieldProblem("officer_ids", self.code, message_zh, message_en),),
        )


class NotAnOfficer(DomainError):
    """Only those who have the case act on it."""

    kind = Kind.FORBIDDEN
    code = "inspection.not_an_officer"
    message_zh = "只有本案的监察员可以办理；如需接办，请先调整办案人员。"
    message_en = "Only the officers of this case act on it; have the officers changed first."


class OfficerMissing(DomainError):
    """One of the officers left, and nobody stands in yet."""

    kind = Kind.CONFLICT
    code = "inspection.officer_missing"
    message_zh = "本案在岗监察员不足法定人数，请先补派（《劳动保障监察条例》第十六条）。"
    message_en = (
        "The case has too few working officers: assign a replacement first (劳动保障监察条例 art. 16)."
    )


def check_officers(chosen: Collection[Hashable], assignable: Collection[Hashable], least: int) -> None:
    """Refuse fewer than `least`, the same one twice, and who cannot be assigned. Raises OfficersInvalid."""
    if len(set(chosen)) < least or len(set(chosen)) != len(chosen):
        raise OfficersInvalid(
            f"须指定不少于{least}名且互不相同的监察员（《劳动保障监察条例》第十六条）。",
            f"At least {least} different inspectors are needed (劳动保障监察条例 art. 16).",
        )
    if not set(chosen) <= set(assignable):
        raise OfficersInvalid(
            "只能指派管辖该地的在岗监察员：请从监察员名单中选择。",
            "Choose working inspectors whose jurisdiction holds the workplace; see the list of inspectors.",
        )


def check_replacement(
    chosen: Collection[Hashable],
    officers: Collection[Hashable],
    left: Collection[Hashable],
    actor_id: Hashable,
) -> None:
    """Refuse a change that pushes out who has the case: outsiders replace only those who left.

    The officers themselves may put somebody in their place. Raises NotAnOfficer, OfficersInvalid.
    """
    staying = set(officers) - set(left)
    if actor_id not in staying and not (left and staying <= set(chosen)):
        raise NotAnOfficer
    if set(chosen) == set(officers):
        raise OfficersInvalid("办案人员没有变化。", "These are the officers already.")


def check_acting(
    officers: Collection[Hashable], left: Collection[Hashable], actor_id: Hashable, least: int, state: State
) -> None:
    """Let only a case's officers act, and only while enough of them work. Raises NotAnOfficer, OfficerMissing."""
    staying = set(officers) - set(left)
    if actor_id not in staying:
        raise NotAnOfficer
    if len(staying) < least:
        raise OfficerMissing(facts={"state": state.value})
