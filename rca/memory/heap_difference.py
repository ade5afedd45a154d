"""What grew between two heaps, class by class."""

from __future__ import annotations

import pandas as pd

from rca.memory.heap import Heap


def heap_difference(before: Heap, after: Heap) -> pd.DataFrame:
    """One row per class name in either heap, the most grown bytes first, then the most grown count.

    Columns: class_name, objects_before, objects_after, bytes_before, bytes_after (shallow), objects_grown, bytes_grown,
    retained_before, retained_after. Classes are matched by name; one that is missing counts 0.
    """
    columns = ["class_name", "objects", "shallow_bytes", "retained_bytes"]
    table = before.histogram()[columns].merge(
        after.histogram()[columns], on="class_name", how="outer", suffixes=("_before", "_after"))
    numbers = table.columns.drop("class_name")
    table[numbers] = table[numbers].fillna(0).astype("int64")
    table = table.rename(columns={f"{old}_{side}": f"{new}_{side}" for side in ("before", "after")
                                  for old, new in (("shallow_bytes", "bytes"), ("retained_bytes", "retained"))})
    table["objects_grown"] = table["objects_after"] - table["objects_before"]
    table["bytes_grown"] = table["bytes_after"] - table["bytes_before"]
    order = ["class_name", "objects_before", "objects_after", "bytes_before", "bytes_after", "objects_grown",
             "bytes_grown", "retained_before", "retained_after"]
    return table[order].sort_values(["bytes_grown", "objects_grown", "class_name"], ascending=[False, False, True],
                                    ignore_index=True)
