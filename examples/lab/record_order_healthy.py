"""Records `order-healthy`, in which nothing is wrong.

    python examples/lab/record_order_healthy.py --out examples/incidents/order-healthy

Takes about two and a half minutes. Needs git, psutil and objgraph.
"""

import sys

from recording.command import main
from recording.plan import ORDER_HEALTHY

if __name__ == "__main__":
    sys.exit(main(ORDER_HEALTHY, __doc__, sys.argv[1:]))
