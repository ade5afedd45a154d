"""What `import rca` costs."""

import subprocess
import sys

PROGRAM = """
import sys, time
begin = time.process_time()
import rca
cost = time.process_time() - begin
heavy = {"pandas", "numpy", "scipy", "numba", "pyarrow", "rich", "sqlglot"} & set(sys.modules)
print(cost, *heavy)
"""


def test_import_takes_less_than_a_tenth_of_a_second_and_no_heavy_library():
    command = [sys.executable, "-c", PROGRAM]
    results = [subprocess.run(command, capture_output=True, text=True, check=True).stdout.split() for _ in range(3)]
    assert min(float(cost) for cost, *_ in results) < 0.1
    assert [heavy for _, *heavy in results] == [[], [], []]
