"""The model card: what the model is, what it was measured on, and what nobody should read into it."""

from collections.abc import Mapping
from typing import Any

from services.warning.ml.artifact import describe

_FIGURES = (
    ("n", "企业数", "enterprises"),
    ("base_rate", "实际发生率", "base rate"),
    ("roc_auc", "", "ROC-AUC"),
    ("average_precision", "平均精度", "average precision"),
    ("brier", "", "Brier score"),
    ("ece", "校准误差", "expected calibration error"),
    ("mean_predicted", "平均预测", "mean predicted"),
)


def model_card(artifact: bytes) -> str:
    """Return the card as Markdown, from the artifact alone."""
    facts = describe(artifact)
    lines = [
        f"# 风险模型 {facts.version} · Risk model {facts.version}",
        "",
        f"- 数据区间 Data: {facts.trained_from} – {facts.trained_until}",
        f"- 预测期 Horizon: {facts.horizon_days} 天 days",
        f"- 训练行数 Training rows: {facts.training_rows:,}（随机种子 seed {facts.seed}）",
        f"- 程序库 Libraries: {', '.join(f'{name} {found}' for name, found in facts.libraries.items())}",
        "- 方法 Method: 单调约束的梯度提升树加 Sigmoid 校准；任何欠款或欠薪指标加重都不会降低分数。",
        "  Gradient boosting with a sigmoid calibration; no arrears that grows ever lowers the score.",
        "",
        "## 留出期 Hold-out",
        "",
        *_hold_out(facts.metrics),
        "",
        "## 限度 Limits",
        "",
        "- 没有公开的中国数据把统一社会信用代码与劳动争议结果相连；模拟区的数字只说明方法可行。",
        "  No public Chinese data joins a credit code with a labour outcome.",
        "  Figures of a simulated district only show that the method works.",
        "- 只有被检查或被投诉的企业才有结果，未查不等于无事。",
        "  Outcomes exist only where someone looked or complained; not inspected is not the same as sound.",
        "- 分数本身不构成红色预警，对个体工商户最多为关注。",
        "  A score alone never makes a red warning, and for sole traders at most a watch.",
    ]
    return "\n".join(lines) + "\n"


def _hold_out(metrics: Mapping[str, Any]) -> list[str]:
    if "n" not in metrics:
        return [
            f"截止日 {metrics.get('hold_out')} 之前没有足够的已结束观察期，未作评估。",
            "Too few closed windows before the last cut-off: not measured.",
        ]
    rows = [f"截止日 Cut-off: {metrics['hold_out']}", "", "| 指标 Figure | 值 Value |", "|---|---|"]
    rows += [f"| {f'{zh} {en}'.strip()} | {_show(metrics[key])} |" for key, zh, en in _FIGURES]
    rows += [
        f"| 前 {float(share):.0%} 精度 / 提升 precision / lift at top {float(share):.0%} "
        f"| {_show(precision)} / {_show(metrics['lift_at'][share])} |"
        for share, precision in metrics["precision_at"].items()
    ]
    rows += [
        f"| 基线平均精度 baseline {name} | {_show(value)} |" for name, value in metrics["baselines"].items()
    ]
    return rows


def _show(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:,}" if isinstance(value, int) else f"{value:.4g}"
