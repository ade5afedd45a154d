"""Memory is allocated per unit of work and never given back.

Objects stay reachable after their work is done (a static collection, a listener, a thread local, a queue without
bound). The live heap rises with traffic, collections take longer and free less, latency follows, and in the end the
process is killed. A restart starts the same climb again.
"""

from __future__ import annotations

from rca.causes._cause import Explanation, Support, finds, says, shifts
from rca.memory.leak_trend import KIND as LEAK_TREND
from rca.memory.per_transaction import KIND as PER_TRANSACTION

NAME = "memory-leak"
TITLE = "Memory is allocated per unit of work and never given back"
MECHANISM = (
    "Objects stay reachable after their work is done (a static collection, a listener, a thread local, a queue "
    "without bound). The live heap rises with traffic, collections take longer and free less, latency follows, "
    "and in the end the process is killed. A restart starts the same climb again."
)
PRIOR = 5.0
CHANGE_SHARE = 0.75
SITE = "local"
FOR = (
    finds(LEAK_TREND, p=0.9),
    finds(PER_TRANSACTION, p=0.6),
    says("out-of-memory", p=0.6),
    says("gc-pressure", p=0.5),
    shifts("memory", p=0.7, specific=True),
    shifts("oom", p=0.5, specific=True),
    shifts("gc", p=0.4),
    says("crash", p=0.25, specific=False),
    shifts("latency", "errors", p=0.4),
)
AGAINST = (shifts("memory", p=0.6, direction="down"),)


def explain(support: Support) -> Explanation:
    """What to say, check, do and prevent, with the names of the case."""
    trend = support.of(LEAK_TREND, unit="bytes") or support.of(LEAK_TREND)
    told = [found.statement for found in (trend, support.of(PER_TRANSACTION)) if found]
    return Explanation(
        statement=f"Memory of {support.component} leaks. {' '.join(told) or support.lead}",
        next_checks=(
            (
                f"Two heap dumps of {support.component} an hour apart, then compare them: what grew in both is "
                "the leak (jcmd PID GC.heap_dump, node --heapsnapshot-signal, objgraph.show_growth)."
            ),
            (
                f"Plot resident memory against the number of requests of {support.component} since its last "
                "restart: a leak follows the requests, a cache levels off."
            ),
            (
                f"git show {support.change_id} -- and look for an append, put or add to something that lives "
                "longer than a request."
            ),
        ),
        remedies=(
            f"Undo it first, understand it later: `git revert {support.change_id}` and deploy {support.component}.",
            (
                f"Until then restart {support.component} before it reaches its limit, one instance at a time; "
                "this postpones, it does not heal."
            ),
        ),
        prevention=(
            (
                "Alert: the memory that a collection cannot free rises for 6 h in a row (for example a positive "
                f"trend of the hourly minimum of resident memory of {support.component})."
            ),
            (
                "Test in CI: run the transaction 1,000 times and compare heap snapshots, `rca heap check "
                "BASELINE AFTER --max-growth 5%`."
            ),
        ),
    )
