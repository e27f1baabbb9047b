"""What is decided about a signal before the database is asked: whose it is, what it says, whether it can be taken."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Self
from uuid import UUID

from services.warning.domain.indicators import Indicator, IndicatorUnknown
from services.warning.domain.signal_checks import check_content
from services.warning.domain.signals import SignalContent, content_hash, effective_on, signal_key
from services.warning.repository.signals import NewSignal
from shared.kernel.errors import DomainError, FieldProblem, Kind
from shared.kernel.identifiers import normalise_uscc
from shared.kernel.ids import new_id

_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


class ForeignSource(DomainError):
    """A department writes under its own name only."""

    kind = Kind.FORBIDDEN
    code = "foreign_source"
    message_zh = "只能以本部门的来源编号报送：请将 source 改为本部门编号。"
    message_en = "A department reports under its own source only: set source to yours."


class ForeignIndicator(DomainError):
    """A department writes its own indicators only."""

    kind = Kind.FORBIDDEN
    code = "foreign_indicator"
    message_zh = (
        "本部门未获准报送该指标；如确需报送，请系统管理员运行 departments grant 准许，再重新取得令牌。"
    )
    message_en = (
        "Your department may not report this indicator; if it should, let the system administrator grant it"
        " (labour-warning departments grant), then get a new token."
    )


class IndicatorNotYet(DomainError):
    """The indicator is registered, and holds from a later day."""

    code = "indicator_not_yet_in_force"


class SignalRefused(DomainError):
    """The signal's content cannot be taken; the fields say why."""

    code = "signal_refused"
    message_zh = "信号内容有误，请按字段提示修改后重新报送。"
    message_en = "The signal cannot be taken: correct the fields and send it again."


class SignalConflict(DomainError):
    """Other content is stored under the same identity."""

    kind = Kind.CONFLICT
    code = "signal_conflict"
    message_zh = (
        "同一编号（或同一企业、指标、期间）已有内容不同的信号；更正请用新的 source_ref，"
        "并在 corrects 中填写原 source_ref，原信号没有的，填写其 signal_id。"
    )
    message_en = (
        "Other content is stored under this identity; to correct it, send a new source_ref, and in corrects"
        " the former source_ref, or the signal_id of a signal that has none."
    )


@dataclass(frozen=True, slots=True)
class Sender:
    """Who reports: a source, and the indicators that it may report; None means any."""

    source: str | None
    indicators: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """A signal that may be taken as far as its own content tells; `place` is its place in the batch."""

    place: int
    signal: NewSignal

    @property
    def identity(self) -> tuple[str, str]:
        """Return what no other signal may share."""
        return self.signal.content.source, self.signal.key

    @property
    def corrected_identity(self) -> tuple[str, str]:
        """Return the identity of what it corrects, named by its source_ref."""
        content = self.signal.content
        return content.source, signal_key(replace(content, source_ref=content.corrects))

    @property
    def corrected_id(self) -> tuple[str, UUID] | None:
        """Return the source and the id of what it corrects, in whatever case; most names are no id."""
        content = self.signal.content
        name = content.corrects or ""
        return (content.source, UUID(name)) if _ID.fullmatch(name) else None

    def correcting(self, name: str) -> Self:
        """Return the draft with what it corrects under this name."""
        content = replace(self.signal.content, corrects=name)
        signal = replace(self.signal, content=content, content_hash=content_hash(content))
        return replace(self, signal=signal)


@dataclass(frozen=True, slots=True)
class Intake:
    """What every signal of a batch is measured by."""

    indicators: Mapping[str, Indicator]
    today: date

    def draft(self, place: int, sender: Sender, told: SignalContent, received_at: datetime) -> Draft:
        """Return the signal ready to be stored. Raises the DomainError that refuses it."""
        if sender.source is not None and told.source != sender.source:
            raise ForeignSource(fields=[FieldProblem("source", "foreign_source", *_messages(ForeignSource))])
        indicator = self._indicator(sender, told.indicator)
        uscc = normalise_uscc(told.uscc)
        content = told if uscc == told.uscc else replace(told, uscc=uscc)
        problems = check_content(content, indicator, self.today)
        if content.corrects is not None and content.source_ref is None:
            problems.append(_no_reference_of_its_own())
        if problems:
            raise SignalRefused(fields=problems)
        return Draft(place, self._signal(content, indicator, received_at))

    def _indicator(self, sender: Sender, name: str) -> Indicator:
        indicator = self.indicators.get(name)
        if indicator is None:
            raise IndicatorUnknown(
                fields=[FieldProblem("indicator", "unknown_indicator", *_messages(IndicatorUnknown))]
            )
        if sender.indicators is not None and name not in sender.indicators:
            raise ForeignIndicator(
                fields=[FieldProblem("indicator", "foreign_indicator", *_messages(ForeignIndicator))]
            )
        if indicator.effective_from > self.today:
            raise _not_yet(indicator)
        return indicator

    def _signal(self, content: SignalContent, indicator: Indicator, received_at: datetime) -> NewSignal:
        return NewSignal(
            id=new_id(),
            key=signal_key(content),
            content_hash=content_hash(content),
            series=indicator.series_of(content.detail),
            effective_on=effective_on(content),
            received_at=received_at,
            content=content,
        )


def conflict(field: str, stored_id: UUID, stored_ref: str | None) -> SignalConflict:
    """Return the refusal of a signal whose `field` differs from what is stored under its identity.

    A signal that its sender gave no source_ref is corrected under the id that it has here; and another matter of the
    same indicator and time can only be told apart by one.
    """
    corrects = stored_ref or str(stored_id)
    zh = f"与已存信号不同：请核对；更正须用新的 source_ref，并在 corrects 中填写 {corrects}。"
    en = (
        f"It differs from the stored signal: check it; to correct that one, send a new source_ref"
        f" and put {corrects} into corrects."
    )
    if stored_ref is None:
        zh += "如为另一件事，请另填 source_ref 单独报送。"
        en += " If it is another matter, send it with a source_ref of its own."
    problem = FieldProblem(field, "differs_from_stored", zh, en)
    facts = {"field": field, "signal_id": str(stored_id), "corrects": corrects}
    return SignalConflict(fields=[problem], facts=facts)


def correction_circle() -> SignalRefused:
    """Return the refusal of a correction whose chain leads back to itself: no signal would be left."""
    problem = FieldProblem(
        "corrects",
        "correction_circle",
        "更正关系成环：被更正的信号本身就是对本信号的更正。",
        "The corrections form a circle: the signal to be corrected is itself a correction of this one.",
    )
    return SignalRefused(fields=[problem])


def has_reference(source_ref: str) -> SignalRefused:
    """Return the refusal of a correction that names by its id a signal which its sender gave a number."""
    problem = FieldProblem(
        "corrects",
        "has_source_ref",
        f"被更正的信号有 source_ref：请在 corrects 中填写 {source_ref}，而非其 signal_id。",
        f"The signal to be corrected has a source_ref: put {source_ref} into corrects, not its signal_id.",
    )
    return SignalRefused(fields=[problem], facts={"correct_instead": source_ref})


def _not_yet(indicator: Indicator) -> IndicatorNotYet:
    first_on = indicator.effective_from
    zh = f"指标 {indicator.id} 自 {first_on} 起生效，此前不接收信号：请自该日起报送。"
    en = f"The indicator {indicator.id} holds from {first_on} and takes no signal before: send it from then on."
    problem = FieldProblem("indicator", IndicatorNotYet.code, zh, en)
    return IndicatorNotYet(zh, en, fields=[problem], facts={"effective_from": first_on.isoformat()})


def _no_reference_of_its_own() -> FieldProblem:
    return FieldProblem(
        "source_ref",
        "required",
        "更正须有自己的新编号 source_ref。",
        "A correction needs a source_ref of its own.",
    )


def _messages(error: type[DomainError]) -> tuple[str, str]:
    return error.message_zh, error.message_en
