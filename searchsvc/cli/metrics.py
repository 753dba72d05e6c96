"""Options that name metrics: `ndcg@10`, and `ndcg@10=0.72` for the least that will do."""

from typing import Any

import click

from searchsvc.relevance.metrics import USUAL, Metric, read_metric


class MetricType(click.ParamType[Metric]):
    """One metric."""

    name = "METRIC"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """A Metric of `ndcg@10`."""
        if isinstance(value, Metric):
            return value
        try:
            return read_metric(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


class LeastType(click.ParamType[tuple[Metric, float]]):
    """A metric and what it must reach."""

    name = "METRIC=LEAST"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """A Metric with a number of `ndcg@10=0.72`."""
        if isinstance(value, tuple):
            return value
        text, sign, least = value.partition("=")
        try:
            return read_metric(text), _share(least if sign else "")
        except ValueError as error:
            self.fail(str(error), param, ctx)


def _share(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise ValueError(f"'{text}' is no number from 0 to 1, like ndcg@10=0.72")
    return value


metric_option = click.option(
    "--metric", type=MetricType(), default="ndcg@10", show_default=True,
    help="By which they are compared.",
)  # fmt: skip
metrics_option = click.option(
    "--metric", "metrics", type=MetricType(), multiple=True, default=USUAL,
    help=f"Which to tell; as often as wanted. Without: {', '.join(USUAL)}.",
)  # fmt: skip
least_option = click.option(
    "--fail-under", "least", type=LeastType(), multiple=True,
    help="Exit with 3 where a metric is below that.",
)  # fmt: skip
