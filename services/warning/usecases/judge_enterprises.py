"""Judges enterprises from their facts: measures, rules, score, level. Pure work of a processor, no database."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from services.warning.domain.course import News
from services.warning.domain.levels import WarningLevel, combine_levels
from services.warning.domain.ports import EnterpriseScore, FactChunk, ScoreReason
from services.warning.domain.rule_pack import Verdict, evaluate, sentences
from services.warning.repository.assessments import Standing
from services.warning.usecases.reference_data import Reference
from shared.contracts.base import JsonObject


@dataclass(frozen=True, slots=True)
class Judgement:
    """What an assessment found for one enterprise; `news` where an outcome had judged some of it."""

    standing: Standing
    score: EnterpriseScore
    verdict: Verdict
    level: WarningLevel
    news: News | None = None

    @property
    def rule_ids(self) -> frozenset[str]:
        """Return the rules that speak for a warning: those that nobody has judged yet."""
        return self.verdict.rule_ids if self.news is None else self.news.rule_ids

    @property
    def why(self) -> str:
        """Return what the history of a warning tells of it."""
        return ", ".join(sorted(self.rule_ids)) or f"score {self.score.score:.3f}"

    @property
    def changed(self) -> bool:
        """Tell whether the level differs from that of the last assessment."""
        return self.level is not self.standing.level

    @property
    def grave(self) -> WarningLevel:
        """Return how grave a warning may be for it: an outcome that judged the rest leaves only the news."""
        return self.level if self.news is None else min(self.level, self.news.level)

    @property
    def tells_otherwise(self) -> bool:
        """Tell whether other signals count than at the last assessment."""
        return self.last_seq != self.standing.last_seq

    @property
    def last_seq(self) -> int:
        """Return the newest signal that was read."""
        return self.score.signal_seqs[-1] if self.score.signal_seqs else 0


def judge(chunk: FactChunk, standings: Mapping[int, Standing], reference: Reference) -> list[Judgement]:
    """Return the judgement of every enterprise of the chunk."""
    scores = reference.model.score(chunk, reference.today, reference.policy.corroboration_days)
    return [_judge(standings[score.enterprise_id], score, reference) for score in scores]


def _judge(standing: Standing, score: EnterpriseScore, reference: Reference) -> Judgement:
    verdict = evaluate(reference.pack, score.measures)
    level = combine_levels(
        verdict.level,
        score.score,
        reference.bands,
        corroborated=score.corroborated,
        sole_trader=score.sole_trader,
        protected=verdict.protected,
    )
    return Judgement(standing, score, verdict, level)


def fired_documents(judgement: Judgement) -> list[JsonObject]:
    """Return the fired rules as they are kept: rule, level, measure, value, threshold."""
    return [asdict(fired) | {"level": fired.level.value} for fired in judgement.verdict.fired]


def reason_documents(
    judgement: Judgement, reference: Reference, score_reasons: Sequence[ScoreReason]
) -> list[JsonObject]:
    """Return the reasons as sentences, those of the rules first; behind the news, what had been judged before."""
    news = judgement.news
    fired = judgement.verdict.fired if news is None else news.fired
    judged = [one for one in judgement.verdict.fired if one.level > WarningLevel.NONE and one not in fired]
    protecting = [
        one for one in judgement.verdict.fired if one.level is WarningLevel.NONE and one not in fired
    ]
    by_rules = sentences(reference.pack, [*fired, *protecting])
    by_rules += [
        (f"此前已核处：{zh}", f"judged before: {en}") for zh, en in sentences(reference.pack, judged)
    ]
    told: list[JsonObject] = [{"source": "rule", "text": zh, "text_en": en} for zh, en in by_rules]
    told += [
        {
            "source": "score",
            "text": one.sentence_zh,
            "text_en": one.sentence_en,
            "contribution": one.contribution,
        }
        for one in score_reasons
    ]
    return told
