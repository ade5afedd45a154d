"""Executes notebooks from top to bottom: python notebooks/execute.py [NOTEBOOK.py ...]; all of this folder by default.

Notebooks are kept as jupytext scripts (percent format), which diff well and hold no output. With `--save FOLDER` the
executed notebooks, with their output, are written there as .ipynb.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import jupytext
import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

HERE = Path(__file__).resolve().parent
CELL_TIMEOUT_S = 300


def main(arguments: list[str]) -> int:
    """0 where every cell of every notebook ran."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("notebooks", type=Path, nargs="*")
    parser.add_argument("--save", type=Path)
    options = parser.parse_args(arguments)
    chosen = options.notebooks or sorted(path for path in HERE.glob("*.py") if path != Path(__file__).resolve())
    return max((_execute(path, options.save) for path in chosen), default=0)


def _execute(path: Path, save: Path | None) -> int:
    """1 where a cell failed. Notebooks run in the repository's folder, as the README's commands do."""
    began = time.monotonic()
    notebook = jupytext.read(path)
    client = NotebookClient(notebook, timeout=CELL_TIMEOUT_S, kernel_name="python3",
                            resources={"metadata": {"path": str(HERE.parent)}})
    try:
        client.execute()
    except CellExecutionError as error:
        print(f"{path.name}: failed\n{error}")
        return 1
    print(f"{path.name}: {sum(cell.cell_type == 'code' for cell in notebook.cells)} cells in "
          f"{time.monotonic() - began:.1f} s")
    if save is not None:
        save.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook, save / path.with_suffix(".ipynb").name)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
