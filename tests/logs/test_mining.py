"""Templates of messages: what is one template and what is not, and the laws of summaries."""

import random

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rca
from rca.logs.mining import finish, merge, merge_all, mine, summarise

FIRST_NAMES = ["ada", "bob", "cleo", "dirk", "edna", "finn", "gus", "hana", "ivo", "jon", "kim", "lea"]
HOSTS = ["atlas", "boreas", "ceres", "dione", "eos", "freya", "gaia", "hera", "iris", "juno", "kore", "leto"]


def templates(messages) -> list[str]:
    return sorted(mine(messages).table["template"])


def test_labels_counts_and_examples_agree():
    messages = [f"job {n} took {n} ms" for n in range(9)] + ["stopped", "", None]
    found = rca.logs.mine(pd.Series(messages, dtype="str"))
    counted = dict(zip(*np.unique(found.labels, return_counts=True), strict=True))
    assert found.labels.shape == (12,)
    assert counted == dict(zip(found.table["template_id"], found.table["count"], strict=True))
    assert set(found.table["example"]) <= {*messages[:-1]}


def test_a_list_and_a_series_give_the_same():
    messages = [f"cart {n} of user {n * 3} emptied" for n in range(20)]
    assert mine(messages).labels.tolist() == mine(pd.Series(messages)).labels.tolist()


def test_a_slice_of_a_series_is_mined_alone():
    messages = pd.Series(["start", "order 1 paid", "order 2 paid", "stop"])
    assert mine(messages.iloc[1:3]).table["template"].tolist() == ["order <num> paid"]


def test_nothing_gives_no_templates():
    found = mine([])
    assert len(found) == 0
    assert found.labels.dtype.kind == "i"
    assert list(found.table.columns) == ["template_id", "template", "count", "example"]


@pytest.mark.parametrize(("messages", "expected"), [
    (["took 12 ms", "took 9 ms"], ["took <num> ms"]),
    (["peer 10.0.0.1 lost", "peer 10.0.0.2:80 lost"], ["peer <ip> lost"]),
    (["open /var/a.txt", "open /etc/b"], ["open <path>"]),
    (["done in 12ms", "done in 1.5s"], ["done in <duration>"]),
    (["span 0x7f01 of 8a2a501b ended"], ["span <id> of <id> ended"]),
    (["enabled=true for cart", "enabled=false for cart"], ["enabled=<*> for cart"]),
    (["wrote core.2275 and part_17", "wrote core.11 and part_3"], ["wrote core.<num> and <id>"]),
    (["via eth0 up"], ["via eth0 up"]),
    (["sent 12 KB now", "sent 3 MB now"], ["sent <num> <*> now"]),
    (["open file=a.log mode=read", "open file=b.log mode=write"], ["open file=<*> mode=<*>"]),
    (["closed, lifetime <1 sec", "closed, lifetime 00:12"], ["closed, lifetime <*>"]),
    (["delete 1", "delete 1 2", "delete 1, 2, 3"], ["delete <num>+"]),
    (["point <5, 7>", "point <8, 9>"], ["point <<num>, <num>>"]),
])
def test_variable_parts_have_names(messages, expected):
    assert templates(messages) == expected


def test_names_of_users_are_one_template_however_rare_each_is():
    assert templates([f"login of {name} was accepted" for name in FIRST_NAMES]) == ["login of <*> was accepted"]


def test_two_names_in_a_line_are_found_together():
    messages = [f"copied {name} data towards {host} safely" for name, host in zip(FIRST_NAMES, HOSTS, strict=True)]
    messages += ["copied nothing today"] * 40 + ["moved data towards tape safely"] * 40
    assert templates(messages) == [
        "copied <*> data towards <*> safely", "copied nothing today", "moved data towards tape safely"]


def test_names_by_the_thousand_are_found_at_once_like_a_few():
    chance = random.Random(3)

    def name() -> str:
        return "".join(chance.choices("abdefgiklmnoprstu", k=9))

    messages = [f"user login of {name()} towards {name()} was accepted" for _ in range(2000)]
    messages += [f"page of {name()} shown in colour" for _ in range(1000)] + ["nothing else to report"] * 500
    assert templates(messages) == [
        "nothing else to report", "page of <*> shown in colour", "user login of <*> towards <*> was accepted"]


def test_statements_that_begin_differently_stay_apart():
    messages = [f"{verb} order {n}" for verb in ("accepted", "rejected", "shipped", "returned") for n in range(5)]
    assert len(templates(messages)) == 4


def test_states_that_are_few_stay_apart():
    messages = ["link to storage is up", "link to storage is down", "link to storage is flapping"] * 5
    assert len(templates(messages)) == 3


def test_a_million_ids_do_not_make_a_million_templates():
    chance = random.Random(2)
    messages = []
    for n in range(4000):
        blocks = " ".join(str(chance.randrange(9999)) for _ in range(n % 9 + 1))
        session = f"session {chance.getrandbits(64):016x} of 10.0.{n % 256}.1"
        messages.append(f"{session} took {chance.random():.6f} s, blocks {blocks}")
    assert len(mine(messages)) <= 3


def test_ids_are_the_same_on_other_days_and_hosts():
    monday = mine([f"payment {n} done" for n in range(10)] + ["night job started"]).table
    friday = mine([f"payment {n} done" for n in range(700, 900)] + ["cache cold"]).table
    assert set(monday["template_id"]) & set(friday["template_id"]) == {
        int(monday.set_index("template").loc["payment <num> done", "template_id"])}


LINES = st.sampled_from(
    [f"user {name} logged in from 10.0.0.{n}" for n, name in enumerate(FIRST_NAMES)]
    + [f"disk {n} at {n}% on {host}" for n, host in enumerate(HOSTS)]
    + ["state is open", "state is shut", "retry 1", "retry 22 of 3", "a=1 b=x", "a=2 b=y", "", "eth0 up", "eth1 up"])


def counted(found) -> dict[int, int]:
    return dict(zip(found.table["template_id"].tolist(), found.table["count"].tolist(), strict=True))


@settings(max_examples=60, deadline=None)
@given(st.lists(LINES, max_size=60), st.randoms(use_true_random=False))
def test_the_order_of_the_lines_does_not_matter(messages, chance):
    order = list(range(len(messages)))
    chance.shuffle(order)
    straight, shuffled = mine(messages), mine([messages[i] for i in order])
    assert counted(straight) == counted(shuffled)
    assert straight.labels[order].tolist() == shuffled.labels.tolist()


@settings(max_examples=40, deadline=None)
@given(st.lists(LINES, max_size=40), st.lists(LINES, max_size=40), st.lists(LINES, max_size=40))
def test_summaries_merge_like_their_messages(a, b, c):
    one, two, three = summarise(a), summarise(b), summarise(c)
    assert merge(one, two) == merge(two, one)
    assert merge(merge(one, two), three) == merge(one, merge(two, three)) == merge_all([three, one, two])
    assert counted(finish(merge(merge(one, two), three))) == counted(mine(a + b + c))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=40), max_size=12))
def test_any_text_is_mined(messages):
    found = mine(messages)
    assert int(found.table["count"].sum()) == len(messages)


def test_many_lines_give_the_same_compiled(monkeypatch):
    from rca.algorithms import shapes
    messages = [f"user {FIRST_NAMES[n % 12]} took {n} ms at {HOSTS[n % 11]}" for n in range(500)]
    plain = mine(messages)
    monkeypatch.setattr(shapes, "COMPILED_FROM_BYTES", 0)
    assert mine(messages).labels.tolist() == plain.labels.tolist()
