"""Reports built by hand: a rich one, an inconclusive one, an empty one, a hostile one, a big one."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from rca.model import (
    BlindSpot,
    DetectorError,
    Evidence,
    Finding,
    Hypothesis,
    Moment,
    Problem,
    Reason,
    Report,
    Series,
    Similar,
    SourceInfo,
    SourceRef,
)

START = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)


def at(minutes, seconds=0):
    return START + timedelta(minutes=minutes, seconds=seconds)


def evidence(path, line, text):
    return Evidence(SourceRef(path, line), text)


HEAP = Finding(
    kind="memory.leak-trend",
    component="orders",
    strength=4.6,
    onset=(at(4, 50), at(5, 20)),
    related=("checkout",),
    statement="Resident memory of orders grows by 3.1 MB per minute (2.8 to 3.4), from 212 MB to 390 MB in 57 min.",
    measures={"slope_bytes_per_h": 186_000_000.0, "first_bytes": 212_000_000, "last_bytes": 390_000_000},
    evidence=(
        evidence("metrics.csv", 302, "2026-03-02T14:05:00Z,orders,rss_bytes,213909504"),
        evidence("metrics.csv", 642, "2026-03-02T15:02:00Z,orders,rss_bytes,390070272"),
    ),
)
HOLDER = Finding(
    kind="memory.object-growth",
    component="orders",
    strength=3.2,
    onset=(at(0), at(20)),
    statement="41,200 more Order objects between two snapshots, held by OrderService.SESSION_CACHE: 4.1 kB per order.",
    measures={"objects": 41_200, "bytes_per_order": 4_100.5, "holder": "OrderService.SESSION_CACHE"},
    evidence=(evidence("snapshots/after.json", 118, '{"class": "shop.orders.Order", "objects": 43011}'),),
)
DEPLOY = Finding(
    kind="services.change-proximity",
    component="orders",
    strength=2.1,
    onset=(at(4, 12), at(4, 12)),
    statement="Deploy 7f3c2ab of orders came 38 s before the growth and touches shop/orders.py with SESSION_CACHE.",
    measures={"lead_s": 38},
    evidence=(
        evidence("deploys.json", 3, '{"time": "2026-03-02T14:04:12Z", "service": "orders", "commit": "7f3c2ab"}'),
        evidence("shop/orders.py", 41, "SESSION_CACHE[session.id] = order"),
    ),
)
LATENCY = Finding(
    kind="services.latency-shift",
    component="checkout",
    strength=3.0,
    onset=(at(31), at(32)),
    related=("orders",),
    statement="p95 of POST /checkout rose from 84 ms to 1,420 ms.",
    measures={"p95_before_ms": 84.0, "p95_after_ms": 1420.0},
    evidence=(
        evidence(
            "access.log", 20_411, '10.0.0.7 - - [02/Mar/2026:14:31:40 +0000] "POST /checkout HTTP/1.1" 200 512 1.420'
        ),
    ),
)
TIMEOUTS = Finding(
    kind="logs.new-template",
    component="frontend",
    strength=2.2,
    onset=(at(33, 5), at(33, 5)),
    statement="New message in 212 lines: upstream checkout timed out after <*> ms.",
    measures={"lines": 212},
    evidence=(evidence("frontend.log", 9_120, "ERROR upstream checkout timed out after 2000 ms token=abc123def"),),
)
DEMAND = Finding(
    kind="services.demand-shift",
    component="orders",
    strength=-1.4,
    statement="Requests per second stayed at 41 (40 before).",
    measures={"rps_before": 40.2, "rps_after": 41.0},
    evidence=(evidence("access.log", 1, '10.0.0.7 - - [02/Mar/2026:13:00:00 +0000] "GET / HTTP/1.1" 200 5 0.010'),),
)

LEAK = Hypothesis(
    rank=1,
    cause="memory-leak",
    component="orders",
    probability=0.874,
    band="likely",
    onset=(at(4, 50), at(5, 20)),
    statement="orders keeps 4.1 kB per order for ever and grew from 212 MB to 390 MB in 57 min.",
    mechanism="Every order goes into SESSION_CACHE and none comes out; collections take longer, then callers time out.",
    change="7f3c2ab",
    impact=("checkout", "frontend"),
    explains=(HEAP, HOLDER, LATENCY, TIMEOUTS),
    reasons_for=(
        Reason(statement="Memory grows without settling within the window.", weight_nats=2.3, finding=HEAP),
        Reason(statement="The growth has one holder that deploy 7f3c2ab touched.", weight_nats=1.9, finding=DEPLOY),
        Reason(statement="Order objects pile up between the snapshots.", weight_nats=1.6, finding=HOLDER),
    ),
    reasons_against=(
        Reason(statement="No restart and no OOM kill was seen, though events were monitored.", weight_nats=-0.4),
    ),
    next_checks=(
        "Compare two heap snapshots taken 10 min apart: rca heap diff before.json after.json",
        "Roll orders back to the version before 7f3c2ab on one instance and watch rss_bytes for 15 min",
    ),
    remedies=("Roll back deploy 7f3c2ab.", "Bound SESSION_CACHE or remove entries when a session ends."),
    prevention=(
        "Add `rca heap check` to the pipeline of orders.",
        "Alert on the slope of rss_bytes, not on its level.",
    ),
    similar=(
        Similar(
            incident="2025-11-09 cart",
            cause="memory-leak",
            component="cart",
            similarity=0.82,
            note="also a session cache",
        ),
    ),
)
SURGE = Hypothesis(
    rank=2,
    cause="demand-surge",
    component="orders",
    probability=0.06,
    band="inconclusive",
    statement="More requests than orders can serve.",
    explains=(LATENCY,),
    reasons_for=(Reason(statement="Latency rose at a caller.", weight_nats=0.9, finding=LATENCY),),
    reasons_against=(
        Reason(statement="The request rate did not change.", weight_nats=-2.6, finding=DEMAND),
        Reason(statement="Memory began to grow 26 min before latency did.", weight_nats=-1.1, finding=HEAP),
    ),
    next_checks=("Count requests per client in access.log",),
)
BAD_CHANGE = Hypothesis(
    rank=3,
    cause="bad-change",
    component="checkout",
    probability=0.004,
    band="inconclusive",
    statement="A change of checkout made it slow.",
    reasons_against=(Reason(statement="checkout was not deployed within 24 h.", weight_nats=-3.0),),
)

SOURCES = (
    SourceInfo(
        path="access.log",
        format="combined",
        confidence=0.98,
        bytes=4_211_000,
        rows={"requests": 48_120},
        first=at(-60),
        last=at(60),
    ),
    SourceInfo(
        path="deploys.json",
        format="deploy-json",
        confidence=0.9,
        bytes=412,
        rows={"changes": 3},
        first=at(-600),
        last=at(4, 12),
    ),
    SourceInfo(
        path="metrics.csv",
        format="long-csv",
        confidence=0.95,
        bytes=52_000,
        rows={"metrics": 720},
        problems=1,
        first=at(-60),
        last=at(60),
        notes=("times without a zone are read as UTC",),
    ),
)


def rich():
    return Report(
        hypotheses=(LEAK, SURGE, BAD_CHANGE),
        findings=(HEAP, HOLDER, DEPLOY, LATENCY, TIMEOUTS, DEMAND),
        verdict="likely",
        incident=(at(5), at(60)),
        baseline=(at(-60), at(5)),
        timeline=(
            Moment(
                time=at(4, 12),
                component="orders",
                kind="deploy",
                text="7f3c2ab: keep the session with the order",
                source=SourceRef("deploys.json", 3),
            ),
            Moment(
                time=at(5),
                component="orders",
                kind="memory.leak-trend",
                text="memory begins to grow",
                source=SourceRef("metrics.csv", 302),
            ),
            Moment(
                time=at(31),
                component="checkout",
                kind="services.latency-shift",
                text="p95 above 1 s",
                source=SourceRef("access.log", 20_411),
            ),
            Moment(
                time=at(33, 5),
                component="frontend",
                kind="logs.new-template",
                text="first timeout",
                source=SourceRef("frontend.log", 9_120),
            ),
        ),
        sources=SOURCES,
        problems=(
            Problem(
                source="metrics.csv",
                line=77,
                reason="expected a number in column value, got 'n/a'",
                text="...,rss_bytes,n/a",
            ),
        ),
        blind_spots=(
            BlindSpot(table="gc", causes=("memory-leak",), statement="No GC log: pauses of orders cannot be seen."),
            BlindSpot(table="lock_waits", causes=("lock-contention",), statement=""),
        ),
        errors=(DetectorError(name="queries.regression", error="ValueError: plan without root node"),),
        notes=("The incident window was found from the data: memory of orders changes at 14:05 UTC.",),
        series=(
            Series(
                component="orders",
                metric="rss_bytes",
                times=tuple(at(m) for m in range(-60, 61, 2)),
                values=tuple(212e6 + max(0, m - 5) * 3.1e6 + (m % 8) * 4e5 for m in range(-60, 61, 2)),
            ),
            Series(
                component="checkout",
                metric="p95_ms",
                times=tuple(at(m) for m in range(-60, 61, 2)),
                values=tuple((84.0 + m % 6 * 3) if m < 31 else 1300.0 + m % 7 * 20 for m in range(-60, 61, 2)),
            ),
        ),
        edges=(("frontend", "checkout"), ("checkout", "orders")),
    )


def inconclusive():
    weak = replace(SURGE, rank=1, probability=0.12)
    return Report(
        hypotheses=(weak, replace(BAD_CHANGE, rank=2)),
        findings=(LATENCY,),
        verdict="inconclusive",
        incident=(at(5), at(60)),
        baseline=(at(-60), at(5)),
        sources=SOURCES[:1],
        blind_spots=(
            BlindSpot(
                table="metrics",
                causes=("cpu-saturation", "memory-leak"),
                statement="No metrics: CPU and memory of orders cannot be seen.",
            ),
        ),
    )


def empty():
    return Report(hypotheses=(), findings=(), verdict="inconclusive")


HOSTILE = (
    "<script>alert(1)</script>\"'&amp; \x1b[31mred\x1b[0m \x1b]0;title\x07 `code` *bold* [x](javascript:alert(1)) | a "
    "| \u202egpj.exe\u2066 "
    "\x00\x07\u0627\u0644\u0633\u0644\u0627\u0645 ]]> --> {{x}} ${x} %0A::error::x "
    "password=hunter2 \ud800 \n# heading\r\n- item "
)


def hostile():
    text = HOSTILE + "W" * 3000
    finding = Finding(
        kind=text,
        component=text,
        statement=text,
        strength=5,
        onset=(at(0), at(0)),
        measures={text: text, "nan": float("nan")},
        evidence=(Evidence(SourceRef(text, 7), text),),
        related=(text,),
    )
    reason = Reason(statement=text, weight_nats=2.0, finding=finding)
    hypothesis = Hypothesis(
        rank=1,
        cause="bad-change",
        component=text,
        statement=text,
        probability=0.9,
        band="likely",
        reasons_for=(reason,),
        reasons_against=(replace(reason, weight_nats=-1.0),),
        explains=(finding,),
        onset=(at(0), at(0)),
        impact=(text,),
        mechanism=text,
        change=text,
        next_checks=(text,),
        remedies=(text,),
        prevention=(text,),
        similar=(Similar(incident=text, cause=text, component=text, similarity=0.5, note=text),),
    )
    return Report(
        hypotheses=(hypothesis, replace(hypothesis, rank=2, probability=0.05, band="inconclusive", cause=text)),
        findings=(finding,),
        verdict="likely",
        incident=(at(0), at(5)),
        baseline=(at(-5), at(0)),
        timeline=(Moment(time=at(0), component=text, kind=text, text=text, source=SourceRef(text, 1)),),
        sources=(SourceInfo(path=text, format=text, confidence=1.0, bytes=1, rows={text: 1}, notes=(text,)),),
        problems=(Problem(source=text, reason=text, line=3, text=text),),
        errors=(DetectorError(name=text, error=text),),
        notes=(text,),
        blind_spots=(BlindSpot(table=text, causes=(text,), statement=text),),
        edges=((text, text),),
        series=(
            Series(component=text, metric=text, times=(at(0), at(1), at(2)), values=(float("nan"), float("inf"), 1.0)),
        ),
    )


def big(findings=200):
    """Findings, reasons, moments, files and problems by the hundred, each with long texts."""
    many = tuple(
        replace(
            LATENCY,
            component=f"service-{i:03}",
            statement=f"p95 of GET /items/{i} rose from {i} ms to {i * 17} ms. " + "Long text. " * 40,
            evidence=tuple(evidence(f"logs/service-{i:03}.log", n, f"<{i}> & " + "x" * 2000) for n in range(1, 30)),
        )
        for i in range(findings)
    )
    reasons = tuple(Reason(statement=f.statement, weight_nats=2.0 - i / 50, finding=f) for i, f in enumerate(many))
    hypotheses = tuple(
        replace(
            LEAK,
            rank=r,
            component=f"service-{r:03}",
            probability=0.9 if r == 1 else 0.001,
            reasons_for=reasons,
            reasons_against=reasons[::-1],
            explains=many,
            impact=tuple(f.component for f in many),
            band="likely" if r == 1 else "inconclusive",
        )
        for r in range(1, 41)
    )
    base = rich()
    return replace(
        base,
        hypotheses=hypotheses,
        findings=many,
        series=base.series * 100,
        timeline=tuple(
            Moment(time=at(i), component=f.component, kind="x", text=f.statement, source=f.evidence[0].source)
            for i, f in enumerate(many)
        )
        * 5,
        sources=tuple(replace(SOURCES[0], path=f"logs/{i}.log") for i in range(1000)),
        problems=tuple(Problem(source="a.log", line=i, reason="unreadable " * 30) for i in range(3000)),
    )


ALL = {"rich": rich, "inconclusive": inconclusive, "empty": empty, "hostile": hostile, "big": big}
