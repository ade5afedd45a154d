"""What mining gives back: the templates of some messages, and which message has which."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Whole = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Templates:
    """Templates of log messages.

    `labels` holds a `template_id` per message, in their order. `table` has a row per template, the most frequent first:
    `template_id`, `template` (text with wildcards), `count` (messages), `example` (one of them). An id is a number made
    of the template's text, so that two runs, hosts or days can be compared.
    """

    labels: Whole
    table: pd.DataFrame

    def __len__(self) -> int:
        return len(self.table)

    def __repr__(self) -> str:
        return f"<Templates: {len(self.table):,} of {int(self.table['count'].sum()):,} messages>"

    def _repr_html_(self) -> str:
        shown = self.table.head(25).to_html(index=False, escape=True, border=0, max_rows=None)
        return f"{shown}<p>{len(self.table):,} templates of {int(self.table['count'].sum()):,} messages</p>"


def template_id(template: str) -> int:
    """A number of 48 bits made of the template's text: JSON and spreadsheets keep it exactly.

    >>> template_id("took <num> ms")
    82244104516925
    """
    return int.from_bytes(hashlib.blake2b(template.encode("utf-8", "surrogatepass"), digest_size=6).digest(), "big")


def table_of(templates: list[str], ids: Whole, counts: Whole, examples: list[str]) -> pd.DataFrame:
    """The table of templates, the most frequent first."""
    table = pd.DataFrame({"template_id": ids, "template": pd.array(templates, dtype="str"), "count": counts,
                          "example": pd.array(examples, dtype="str")})
    return table.sort_values(["count", "template"], ascending=[False, True], ignore_index=True)
