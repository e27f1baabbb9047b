"""A model of a history, kept in a folder: what it is in `model.json`, what it learnt in `members.skops`.

Never a pickle: skops builds only types that it trusts and those that are listed, and only from the file that
`model.json` describes.
"""

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.pipeline import Pipeline
from skops import io as skops_io

from services.warning.ml.artifact import ArtifactRefused, build, digest, libraries
from services.warning.ml.days import day_number, day_of
from services.warning.ml.histories.files import read_history
from services.warning.ml.histories.learn import Learnt, Members, learn
from services.warning.ml.histories.rows import Layout, Question, asked
from shared.kernel.errors import DomainError

FORMAT: Final = 2
_FACTS, _MEMBERS = "model.json", "members.skops"


class ModelUnusable(DomainError):
    """A stored model cannot be trusted, or does not answer what is asked."""

    code = "model_unusable"


@dataclass(frozen=True, slots=True, eq=False)
class StoredModel:
    """A model with what it was asked, and the day up to which it learnt."""

    learnt: Learnt
    question: Question
    until: int
    facts: dict[str, Any]

    def check(self, question: Question, cutoff: int) -> None:
        """Raise ModelUnusable unless it answers just this, and saw nothing of the days after the cut-off."""
        if self.until > cutoff:
            until = self.facts["until"]
            raise ModelUnusable(
                f"模型学到了 {until}，晚于截止日：请用更早的模型，或更晚的截止日。",
                f"The model learnt up to {until}, past the cut-off: take an earlier model, or a later cut-off.",
            )
        if self.question != question:
            raise ModelUnusable(
                f"模型预测的是 {self.facts['outcome']}、{self.question.horizon_days} 天，与所问不同。",
                f"The model foretells {self.facts['outcome']} within {self.question.horizon_days} days, not what is"
                " asked.",
            )


def train_file(path: Path, outcome: str, horizon_days: int, until: date, folder: Path) -> dict[str, Any]:
    """Learn from what was known by `until`, where all windows end, and keep it in a new folder; return its facts.

    Raises HistoryUnusable, and ModelUnusable where the folder holds something.
    """
    if folder.exists() and any(folder.iterdir()):
        raise ModelUnusable(
            f"{folder} 不是空目录：请另选一个。", f"{folder} is not an empty folder: choose another one."
        )
    history = read_history(path)
    question = asked(outcome, horizon_days)
    learnt = learn(history, question, day_number(until))
    facts = {
        "format": FORMAT,
        "outcome": outcome,
        "horizon_days": horizon_days,
        "until": until.isoformat(),
        "first_event": day_of(int(history.occurred_on.min())).isoformat(),
        "events": len(history),
        "training_rows": learnt.training_rows,
        "base_rate": learnt.base_rate,
        "share_of_trees": learnt.share_of_trees,
        "slope": learnt.slope,
        "intercept": learnt.intercept,
        "kinds": list(learnt.layout.kinds),
        "industry": learnt.layout.industry,
        "division": learnt.layout.division,
        "features": list(learnt.names),
        "libraries": libraries(),
        "ignored_columns": list(history.ignored),
    }
    members = skops_io.dumps({"line": learnt.members.line, "trees": learnt.members.trees})
    facts["sha256"] = digest(members)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / _MEMBERS).write_bytes(members)
    # Last: a folder without it holds no model.
    (folder / _FACTS).write_text(json.dumps(facts, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return facts


def load(folder: Path) -> StoredModel:
    """Return the model of a folder. Raises ModelUnusable with the reason."""
    try:
        facts = json.loads((folder / _FACTS).read_text("utf-8"))
        members = (folder / _MEMBERS).read_bytes()
    except (OSError, ValueError) as error:
        raise ModelUnusable(
            f"{folder} 中没有模型：{error}。", f"{folder} holds no model: {error}."
        ) from error
    if not isinstance(facts, dict) or facts.get("format") != FORMAT:
        raise _refused(folder, "格式不同", "it is of another format")
    if digest(members) != facts["sha256"]:
        raise _refused(folder, "校验和不符", "its checksum is another")
    if facts["libraries"] != libraries():
        raise _refused(
            folder, "所用程序库版本不同，请重新训练", "it learnt with other libraries: train it again"
        )
    learnt = Learnt(
        members=_members(folder, members, len(facts["features"])),
        share_of_trees=facts["share_of_trees"],
        slope=facts["slope"],
        intercept=facts["intercept"],
        base_rate=facts["base_rate"],
        layout=Layout(tuple(facts["kinds"]), facts["industry"], facts["division"]),
        names=tuple(facts["features"]),
        training_rows=facts["training_rows"],
    )
    until = day_number(date.fromisoformat(facts["until"]))
    return StoredModel(learnt, asked(facts["outcome"], facts["horizon_days"]), until, facts)


def _members(folder: Path, raw: bytes, features: int) -> Members:
    try:
        found = build(raw)
    except ArtifactRefused as error:
        raise _refused(folder, "含有不允许的类型", str(error)) from error
    match found:
        case {"line": Pipeline() as line, "trees": HistGradientBoostingClassifier() as trees} if (
            trees.n_features_in_ == features
        ):
            return Members(line, trees)
    raise _refused(folder, "与说明不符", "it is not what its description says")


def _refused(folder: Path, zh: str, en: str) -> ModelUnusable:
    return ModelUnusable(
        f"不能使用 {folder} 中的模型：{zh}。", f"The model in {folder} cannot be used: {en}."
    )
