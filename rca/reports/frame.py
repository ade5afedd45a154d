"""A report as a table: one row per hypothesis."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rca.model import Report
from rca.reports._presentable import presentable

if TYPE_CHECKING:
    import pandas as pd


def render(report: Report, *, redact_secrets: bool = True) -> pd.DataFrame:
    """One row per hypothesis, best first; all columns are there also without rows.

    rank, cause, component, probability, band, statement, onset_start, onset_end (UTC), change, impact (tuple),
    mechanism, findings_explained, reasons_for, reasons_against (tuples of texts), next_check (the best one).
    """
    import pandas as pd

    ranked = presentable(report, redact_secrets=redact_secrets).hypotheses
    times = {
        name: pd.DatetimeIndex([h.onset[i] if h.onset else pd.NaT for h in ranked], dtype="datetime64[ns, UTC]")
        for i, name in enumerate(("onset_start", "onset_end"))
    }
    return pd.DataFrame(
        {
            "rank": pd.Series([h.rank for h in ranked], dtype="int64"),
            "cause": pd.Series([h.cause for h in ranked], dtype="str"),
            "component": pd.Series([h.component for h in ranked], dtype="str"),
            "probability": pd.Series([h.probability for h in ranked], dtype="float64"),
            "band": pd.Series([h.band for h in ranked], dtype="str"),
            "statement": pd.Series([h.statement for h in ranked], dtype="str"),
            **times,
            "change": pd.Series([h.change for h in ranked], dtype="str"),
            "impact": pd.Series([h.impact for h in ranked], dtype="object"),
            "mechanism": pd.Series([h.mechanism for h in ranked], dtype="str"),
            "findings_explained": pd.Series([len(h.explains) for h in ranked], dtype="int64"),
            "reasons_for": pd.Series([tuple(r.statement for r in h.reasons_for) for h in ranked], dtype="object"),
            "reasons_against": pd.Series(
                [tuple(r.statement for r in h.reasons_against) for h in ranked], dtype="object"
            ),
            "next_check": pd.Series([h.next_checks[0] if h.next_checks else None for h in ranked], dtype="str"),
        }
    )
