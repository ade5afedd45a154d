"""Speed and memory of log templates, beside a plain `re` pass and (where installed) drain3.

Run:  python benchmarks/logs.py [--lines 500000]

The lines are made here: four statements about ten things of a shop
with random numbers, hex ids, addresses, paths and names. Speeds are
megabytes (10^6 bytes) per CPU-second of this process, best of three.
"""

import argparse
import random
import re
import resource
import time
from collections import Counter

import pandas as pd

import rca

MASK = re.compile(
    r"0x[0-9a-fA-F]+|\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b|(?:\d{1,3}\.){3}\d{1,3}(?::\d+)?|\d+")
THINGS = ("order", "basket", "payment", "invoice", "shipment", "coupon", "refund", "review", "stock", "session")
FORMS = (
    "{thing} {number} of customer {name} was stored in {number} ms",
    "connection from {ip}:{number} for {thing} service closed after {number} requests",
    "{thing} cache miss key={hex} size={number} B, reading {path}",
    "retry {number} of {thing} job 0x{hex} failed: upstream {ip} answered {number}")


def made_lines(count: int, seed: int) -> list[str]:
    chance = random.Random(seed)

    def line() -> str:
        return chance.choice(FORMS).format(
            thing=chance.choice(THINGS), number=chance.randrange(10 ** 6), hex=f"{chance.getrandbits(48):012x}",
            ip=f"10.{chance.randrange(256)}.{chance.randrange(256)}.{chance.randrange(256)}",
            path=f"/var/cache/{chance.getrandbits(32):08x}", name="".join(chance.choices("abdefgiklmnoprstu", k=7)))

    return [line() for _ in range(count)]


def speed(call, megabytes: float) -> float:
    spent = []
    for _ in range(3):
        start = time.process_time()
        call()
        spent.append(time.process_time() - start)
    return megabytes / min(spent)


def drain3_run(lines: list[str]):
    from drain3 import TemplateMiner
    from drain3.masking import MaskingInstruction
    from drain3.template_miner_config import TemplateMinerConfig

    def run() -> None:
        config = TemplateMinerConfig()
        config.masking_instructions = [MaskingInstruction(MASK.pattern, "M")]
        miner = TemplateMiner(config=config)
        for line in lines:
            miner.add_log_message(line)

    return run


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=500_000)
    lines = made_lines(parser.parse_args().lines, seed=1)
    series, megabytes = pd.Series(lines), sum(map(len, lines)) / 1e6
    found = rca.logs.mine(series)       # compiles, or loads what was compiled
    made = f"{len(FORMS)} forms of {len(THINGS)} things"
    print(f"{len(lines):,} lines, {megabytes:.0f} MB, {made}, {len(found)} templates")
    print(f"rca.logs.mine        {speed(lambda: rca.logs.mine(series), megabytes):8.1f} MB per CPU-second")
    masked = speed(lambda: Counter(MASK.sub("<*>", line) for line in lines), megabytes)
    print(f"re.sub and Counter   {masked:8.1f}")
    try:
        few = lines[:20_000]
        drained = speed(drain3_run(few), megabytes * len(few) / len(lines))
        print(f"drain3, one mask     {drained:8.1f}")
    except ImportError:
        print("drain3               not installed")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    print(f"peak memory          {peak:8.0f} MB with all lines held as Python text")


if __name__ == "__main__":
    main()
