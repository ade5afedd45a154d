"""Parents, clocks and own time of spans, as recorders really leave them."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from span_cases import frame, minute, span

from rca.services.span_tree import span_tree


def parents(spans):
    return span_tree(frame(spans)).parent.tolist()


def test_the_same_hand_written_ids_in_two_traces_stay_apart():
    spans = [
        span("t1", "a1", "web"),
        span("t1", "b1", "cart", parent="a1"),
        span("t2", "a1", "web"),
        span("t2", "b1", "cart", parent="a1"),
    ]
    assert parents(spans) == [-1, 0, -1, 2]


def test_a_parent_in_another_trace_is_found_where_its_id_stands_once():
    assert parents([span("t1", "a1", "web"), span("same", "b1", "cart", parent="a1")]) == [-1, 0]


def test_a_parent_in_another_trace_is_not_guessed_among_two():
    assert parents([span("t1", "a1", "web"), span("t2", "a1", "web"), span("same", "b1", "cart", parent="a1")]) == [
        -1,
        -1,
        -1,
    ]


def test_a_parent_in_another_trace_must_be_near_in_time():
    assert parents([span("t1", "a1", "web"), span("same", "b1", "cart", parent="a1", at=minute(30))]) == [-1, -1]


def test_spans_that_are_their_own_ancestors_are_roots():
    assert parents(
        [
            span("t", "a", "x", parent="b"),
            span("t", "b", "x", parent="a"),
            span("t", "c", "x", parent="c"),
            span("t", "d", "x", parent="a"),
        ]
    ) == [-1, -1, -1, -1]


def test_both_halves_of_a_call_may_share_one_id():
    # web get |-------|            1 (server, root)
    # web post  |----|             2 (client)
    # cart post  |--|              2 (server, shared)
    # cart sql    ||               3
    spans = [
        span("t", "3", "cart", "sql", parent="2", kind="internal", at=3, ms=1),
        span("t", "2", "cart", "post", parent="1", at=2, ms=4),
        span("t", "1", "web", "get", ms=10),
        span("t", "2", "web", "post", parent="1", kind="client", at=1, ms=6),
    ]
    tree = span_tree(frame(spans))
    assert tree.parent.tolist() == [1, 3, -1, 2]
    assert tree.call.tolist() == [-1, 3, -1, -1]


def test_exact_repetitions_are_one_span():
    one = span("t", "a", "web")
    assert len(span_tree(frame([one, one, span("t", "b", "web", parent="a")])).spans) == 2


def test_a_callee_whose_clock_is_behind_is_moved_into_its_callers_span():
    tree = span_tree(
        frame(
            [
                span("t", "a", "web", kind="client", at=100, ms=20),
                span("t", "b", "cart", parent="a", at=35, ms=16),
                span("t", "c", "cart", parent="b", kind="internal", at=40, ms=5),
            ]
        )
    )
    assert np.allclose(tree.start_ms - tree.start_ms[0], [0, 2, 7])


def test_a_callee_that_outlives_its_caller_keeps_its_clock():
    tree = span_tree(
        frame([span("t", "a", "web", kind="client", at=0, ms=300), span("t", "b", "cart", parent="a", at=1, ms=1800)])
    )
    assert tree.start_ms.tolist() == [0, 1]


def test_time_of_overlapping_children_counts_once():
    tree = span_tree(
        frame(
            [
                span("t", "a", "web", ms=10),
                span("t", "b", "web", parent="a", kind="internal", at=1, ms=4),
                span("t", "c", "web", parent="a", kind="internal", at=3, ms=4),
                span("t", "d", "web", parent="a", kind="internal", at=9, ms=50),
            ]
        )
    )
    assert tree.self_ms.tolist()[0] == 10 - 6 - 1


def test_own_time_leaves_out_what_others_did_for_it():
    tree = span_tree(
        frame(
            [
                span("t", "a", "web", ms=30),
                span("t", "b", "web", parent="a", kind="internal", at=1, ms=20),
                span("t", "c", "web", parent="b", kind="client", at=2, ms=15),
                span("t", "d", "cart", parent="c", at=3, ms=12),
            ]
        )
    )
    assert tree.own_ms.tolist() == [15, 0, 0, 12]


ids = st.sampled_from(["a", "b", "c", "d", None])


@given(
    st.lists(
        st.tuples(
            st.sampled_from("tu"),
            ids,
            ids,
            st.sampled_from("xyz"),
            st.sampled_from(["client", "server", "internal"]),
            st.floats(0, 50),
            st.floats(0, 50),
        ),
        max_size=12,
    )
)
def test_any_ids_give_a_forest_in_which_no_time_is_negative(rows):
    spans = [span(t, i, s, parent=p, kind=k, at=at, ms=ms) for t, i, p, s, k, at, ms in rows]
    tree = span_tree(frame(spans))
    for at in range(len(tree.parent)):
        steps, place = 0, at
        while place >= 0:
            place, steps = tree.parent[place], steps + 1
            assert steps <= len(spans)
    assert (tree.self_ms >= 0).all()
    assert (tree.self_ms <= tree.duration_ms + 1e-6).all()
