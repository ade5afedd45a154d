"""What a metric measures, told by its name. The table lives in `rca.metric_families`, which every domain may read."""

from __future__ import annotations

from rca.metric_families import FAMILIES, Family, bytes_per_unit, family, unit_of, words

__all__ = ["FAMILIES", "Family", "bytes_per_unit", "family", "unit_of", "words"]
