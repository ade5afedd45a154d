"""Diffs as facts."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rca.services.diff import LONGEST_LINE, file_kind, parse, without_prose

code = st.lists(st.from_regex(r"[a-z]{1,8}\([a-z]{0,6}, [0-9]{1,4}\)", fullmatch=True), min_size=1, max_size=8)


def hunk(removed=(), added=(), path="app/main.go"):
    return "\n".join([f"@@ {path} @@", *(f"-{line}" for line in removed), *(f"+{line}" for line in added)]) + "\n"


@settings(max_examples=150, derandomize=True)
@given(st.text(max_size=400))
def test_junk_never_raises(text):
    diff = parse(text)
    assert diff.removed_words | diff.added_words >= frozenset()
    assert len(diff.swaps) <= sum(1 for _ in diff.removed_lines())


@settings(max_examples=100, derandomize=True)
@given(
    st.lists(
        st.sampled_from(
            [
                "--- a/x.py",
                "+++ b/x.py",
                "@@ -1 +1 @@",
                "@@",
                "@@ x.go @@",
                "+a",
                "-a",
                "-",
                "+",
                "--- c",
                "\\ No newline",
            ]
        ),
        max_size=20,
    )
)
def test_headers_in_any_order_never_raise(lines):
    parse("\n".join(lines))


@settings(max_examples=60, derandomize=True)
@given(code)
def test_moved_code_balances_to_nothing(lines):
    diff = parse(hunk(removed=lines, path="app/a.go") + hunk(added=lines, path="app/b.go"))
    assert not diff.removed
    assert not diff.added
    assert not diff.removed_words | diff.added_words


@settings(max_examples=60, derandomize=True)
@given(code, code)
def test_the_reverse_of_a_diff_takes_away_what_the_diff_adds(removed, added):
    forth, back = parse(hunk(removed, added)), parse(hunk(added, removed))
    assert (forth.removed, forth.added) == (back.added, back.removed)


@settings(max_examples=60, derandomize=True)
@given(code, code)
def test_windows_line_ends_give_the_same_facts(removed, added):
    text = hunk(removed, added)
    assert parse(text.replace("\n", "\r\n")) == parse(text)


def test_a_huge_line_is_passed_over():
    assert parse("@@ a.js @@\n+" + "x" * 1_000_000 + "\n-old()\n").removed == {"old": 1, "(": 1, ")": 1}
    assert not parse("@@ a.js @@\n+" + "x " * LONGEST_LINE + "\n").hunks


@pytest.mark.parametrize(
    ("header", "path", "context"),
    [
        ("--- a/app/x.go\n+++ b/app/x.go\n@@ -1,2 +1,3 @@ func Load() {", "app/x.go", "func Load() {"),
        ("@@ app/x.go @@ func Load() {", "app/x.go", "func Load() {"),
        ("@@ app/x.go: func Load", "app/x.go", "func Load"),
        ("diff --git a/app/x.go b/app/x.go\n@@ -1 +1 @@", "app/x.go", ""),
        ("--- app/x.go\n+++ app/x.go\n@@ -1 +1 @@", "app/x.go", ""),
        ("--- /dev/null\n+++ b/app/x.go\n@@ -0,0 +1 @@", "app/x.go", ""),
        ("--- a/app/x.go\n+++ /dev/null\n@@ -1 +0,0 @@", "app/x.go", ""),
        ("@@ deploy/Dockerfile @@", "deploy/Dockerfile", ""),
    ],
)
def test_headers_of_all_styles_name_the_file_and_the_place(header, path, context):
    (found,) = parse(f"{header}\n-a()\n+b()\n").hunks
    assert (found.path, found.context) == (path, context)


def test_the_only_file_of_a_change_stands_where_no_header_names_one():
    assert parse("@@ -1 +1 @@\n-a()\n+b()\n", ["cart/store.go"]).hunks[0].path == "cart/store.go"
    assert parse("-a()\n+b()\n", ["x.go", "y.go"]).hunks[0].path == ""


def test_a_removed_comment_of_sql_is_no_header():
    diff = parse(
        "--- a/db/q.sql\n+++ b/db/q.sql\n@@ -1,3 +1,1 @@\n--- all orders\n"
        "-SELECT id FROM t LIMIT 1\n+SELECT id FROM t LIMIT 2\n"
    )
    assert [h.path for h in diff.hunks] == ["db/q.sql"]
    assert diff.swaps == (("SELECT id FROM t LIMIT 1", "SELECT id FROM t LIMIT 2"),)


@pytest.mark.parametrize(
    "comment", ["// was 5", "# was 5", "-- was 5", "/* was 5 */", "* was 5", "<!-- was 5 -->", "x = 1  # was 5"]
)
def test_comments_do_not_count(comment):
    kept = comment.split("  #")[0] if comment.startswith("x") else ""
    diff = parse(f"@@ a.py @@\n-{comment}\n+{kept}\n")
    assert not diff.removed
    assert not diff.added


def test_a_colour_is_no_comment():
    assert parse("@@ a.go @@\n+#fff\n").added


def test_both_sides_keep_their_indentation():
    (found,) = parse("@@ a.py @@\n for x in y:\n-    a(x)\n+\tb(x)\n").hunks
    assert found.before == ("for x in y:", "    a(x)")
    assert found.after == ("for x in y:", "    b(x)")


def test_a_local_variable_with_another_name_is_no_change_of_words():
    diff = parse(hunk(["lock := take(id)", "use(lock)"], ["guard := take(id)", "use(guard)"]))
    assert diff.renamed_locals == {"lock": "guard"}
    assert not diff.removed_words | diff.added_words


def test_a_member_with_another_name_is_a_change():
    assert (
        "lock"
        in parse(hunk(["s.lock = take(id)", "use(s.lock)"], ["s.guard = take(id)", "use(s.guard)"])).removed_words
    )


def test_prose_does_not_count_but_statements_do():
    assert parse(hunk(['fail("no lock left")'], ['fail("try again")'])).removed_words == frozenset()
    assert "begin" in parse(hunk(['run("BEGIN EXCLUSIVE")'], ['run("x")'])).removed_words
    assert without_prose("x('a b', 'c')") == "x(\"\", 'c')"


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("pkg/cart/store.go", "source"),
        ("pkg/cart/store_test.go", "test"),
        ("src/__tests__/cart.ts", "test"),
        ("src/cart.spec.ts", "test"),
        ("tests/test_cart.py", "test"),
        ("src/test/java/CartTest.java", "test"),
        ("src/CartTest.java", "test"),
        ("go.sum", "lockfile"),
        ("go.mod", "manifest"),
        ("requirements-dev.txt", "manifest"),
        ("api/Dockerfile", "manifest"),
        ("db/migrations/0001_init.sql", "migration"),
        ("docs/cart.md", "doc"),
        ("README", "doc"),
        ("web/app.css", "asset"),
        ("deploy/prod/cart.yaml", "config"),
        ("infra/main.tf", "config"),
        (".github/workflows/ci.yml", "ci"),
        ("CODEOWNERS", "ci"),
        ("src/latest/protest.py", "source"),
    ],
)
def test_files_are_told_by_their_path(path, kind):
    assert file_kind(path) == kind
