"""Makes the hand-built reports of `factory.py` importable without turning the tests into a package."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
