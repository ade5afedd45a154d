"""Records the incident `order-leak`, a memory leak that a deploy brought.

    python examples/lab/record_order_leak.py --out examples/incidents/order-leak

Takes about five and a half minutes. Needs git, psutil and objgraph.
"""

import sys

from recording.command import main
from recording.plan import ORDER_LEAK

if __name__ == "__main__":
    sys.exit(main(ORDER_LEAK, __doc__, sys.argv[1:]))
