"""Archives: members by content, nested, hostile, cut."""

import bz2
import gzip
import io
import lzma
import os
import tarfile
import zipfile

import pytest
import zstandard

import rca
from rca.readers._archives import contents
from rca.readers._limits import Limits
from rca.readers._open import on_disk
from rca.readers._workspace import Workspace

ROWS = "timestamp,service,metric,value\n" + "".join(f"2026-11-20T10:00:{i:02d}Z,orders,rss_mb,{i}\n" for i in range(30))


def zipped(members, **attributes):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            info = zipfile.ZipInfo(name, (2026, 11, 20, 10, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            for key, value in attributes.items():
                setattr(info, key, value)
            archive.writestr(info, content)
    return data.getvalue()


def tarred(members, format=tarfile.PAX_FORMAT):
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w", format=format) as archive:
        for member, content in members.items():
            info = member if isinstance(member, tarfile.TarInfo) else tarfile.TarInfo(member)
            info.mtime = 1_795_000_000
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content.encode() if isinstance(content, str) else content))
    return data.getvalue()


def special(name, kind, target=""):
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


@pytest.fixture
def read(tmp_path):
    def of(data, name="bundle", **settings):
        file = tmp_path / name
        file.write_bytes(data)
        return rca.read(file, **settings)
    return of


def inner(telemetry):
    """Paths of the sources after the outer file's."""
    return [info.path.split("bundle", 1)[1] for info in telemetry.sources]


@pytest.mark.parametrize("pack", [zipped, tarred, lambda m: tarred(m, tarfile.GNU_FORMAT),
                                  lambda m: tarred(m, tarfile.USTAR_FORMAT),
                                  lambda m: gzip.compress(tarred(m)), lambda m: bz2.compress(tarred(m)),
                                  lambda m: lzma.compress(tarred(m)), lambda m: zstandard.compress(tarred(m))])
def test_members_are_read_whatever_packs_them_and_whatever_it_is_called(read, pack):
    found = read(pack({"a/one.csv": ROWS, "two": ROWS}))
    assert inner(found) == ["!a/one.csv", "!two"]
    assert len(found.metrics) == 60
    assert set(found.metrics.line) == set(range(2, 32))
    assert found.problems == ()


def test_archives_in_archives_show_the_whole_way(read):
    archive = zipped({"m.csv": gzip.compress(ROWS.encode())})
    found = read(zipped({"node/logs.tar.gz": gzip.compress(tarred({"x.zip": archive}))}))
    assert inner(found) == ["!node/logs.tar.gz!x.zip!m.csv"]
    assert len(found.metrics) == 30


def test_large_members_pass_through_a_temporary_file_that_is_gone_afterwards(read, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    big = ROWS + "".join(f"2026-11-20T11:00:00Z,orders,m{i},{i}\n" for i in range(60_000))
    assert len(read(tarred({"big.csv": big, "small.csv": ROWS})).metrics) == 60_060
    assert len(read(gzip.compress(zipped({"big.csv": big}))).metrics) == 60_030
    assert [path.name for path in tmp_path.iterdir()] == ["bundle"]


@pytest.mark.parametrize("name", ["../evil.csv", "a/../../evil.csv", "/etc/evil.csv", "C:/evil.csv", "..\\evil.csv"])
def test_members_that_lead_out_of_the_archive_are_problems_and_the_rest_is_read(read, name):
    for data in (zipped({name: ROWS, "good.csv": ROWS}), tarred({name: ROWS, "good.csv": ROWS})):
        found = read(data)
        assert inner(found) == ["!good.csv"]
        (problem,) = found.problems
        assert problem.source.endswith("evil.csv")
        assert "archive" in problem.reason


def test_links_and_devices_are_problems_and_never_followed(read):
    found = read(tarred({special("passwd", tarfile.SYMTYPE, "/etc/passwd"): "",
                         special("hard", tarfile.LNKTYPE, "x"): "",
                         special("null", tarfile.CHRTYPE): "", special("pipe", tarfile.FIFOTYPE): "",
                         special("folder", tarfile.DIRTYPE): "", "good.csv": ROWS}))
    assert [problem.reason for problem in found.problems] == [
        "a link to '/etc/passwd' in an archive: not followed", "a link to 'x' in an archive: not followed",
        "a device or pipe in an archive: not read", "a device or pipe in an archive: not read"]
    assert len(found.metrics) == 30


def test_a_link_in_a_zip_is_not_followed(read):
    found = read(zipped({"link": "/etc/passwd"}, create_system=3, external_attr=0o120777 << 16))
    assert found.problems[0].reason == "a link or device in an archive: not followed"


def test_an_encrypted_member_says_so(read):
    data = bytearray(zipped({"secret.csv": ROWS}))
    data[6] |= 1                                        # the flag in the member's header
    data[data.index(b"PK\x01\x02") + 8] |= 1            # and in the directory
    found = read(bytes(data))
    assert found.problems[0].reason == "encrypted: unpack it with its password first"


def test_hidden_members_are_passed_over(read):
    found = read(tarred({"./.git/config": "x", "__MACOSX/._m.csv": "x", "./m.csv": ROWS}))
    assert inner(found) == ["!m.csv"]
    assert found.problems == ()


def test_of_a_cut_tar_every_row_before_the_cut_is_kept(read):
    data = tarred({"one.csv": ROWS, "two.csv": ROWS})
    found = read(data[:data.index(b"10:00:20Z", data.index(b"two.csv"))])
    assert inner(found) == ["!one.csv", "!two.csv"]
    assert len(found.metrics) == 30 + 20
    assert any("cut off after" in problem.reason for problem in found.problems)


def test_of_a_cut_tar_gz_the_members_before_the_cut_are_kept(read):
    noise = os.urandom(300_000)
    data = gzip.compress(tarred({"one.csv": ROWS, "noise": noise, "three.csv": ROWS}))
    found = read(data[:200_000])
    assert len(found.metrics) == 30
    assert any("gzip data is cut off" in problem.reason for problem in found.problems)


def test_a_cut_zip_is_one_problem(read):
    (problem,) = read(zipped({"one.csv": ROWS})[:-30]).problems
    assert problem.reason.startswith("the zip archive is cut off or damaged")


def test_a_zip_member_with_a_wrong_checksum_is_read_and_said(read):
    data = zipped({"one.csv": ROWS})
    crc = data[14:18]
    found = read(data.replace(crc, bytes(4)))
    assert len(found.metrics) == 30
    assert "checksum is wrong" in found.problems[0].reason


def test_the_directory_of_a_zip_may_lie(read):
    data = bytearray(zipped({"one.csv": ROWS, "two.csv": ROWS}))
    at = data.index(b"PK\x01\x02")
    data[at + 42:at + 46] = (1 << 30).to_bytes(4, "little")      # the member is said to begin a GiB further on
    found = read(bytes(data))
    assert len(found.metrics) == 30
    assert any("damaged" in problem.reason for problem in found.problems)


def test_too_deep_nesting_stops(read):
    data = ROWS.encode()
    for _ in range(10):
        data = gzip.compress(data)
    (problem,) = read(data).problems
    assert "`Limits.depth`" in problem.reason
    assert len(read(data, limits=Limits(depth=10)).metrics) == 30


def test_too_many_members_stop_the_archive_with_what_came_before_kept(read):
    for data in (zipped({f"{i}.csv": ROWS for i in range(5)}), tarred({f"{i}.csv": ROWS for i in range(5)})):
        found = read(data, limits=Limits(members=3))
        assert len(found.metrics) == 90
        assert "`Limits.members`" in found.problems[-1].reason


def test_a_bomb_in_an_archive_is_stopped_and_the_next_file_is_read(read, tmp_path):
    bomb = b"timestamp,service,metric,value\n" + b"2026-11-20T10:00:00Z,a,b,1\n" * 300_000
    limits = Limits(ratio=50, ratio_free_bytes=1 << 20)
    for data in (zipped({"bomb.csv": bomb, "good.csv": ROWS}), zipped({"a.gz": gzip.compress(bomb), "good.csv": ROWS})):
        found = read(data, limits=limits)
        assert any("decompression bomb" in problem.reason for problem in found.problems)
        assert "!good.csv" in inner(found)
        assert 30_000 < len(found.metrics) < 150_000


def test_archives_of_kinds_that_are_not_read_are_named(read):
    assert read(b"7z\xbc\xaf\x27\x1c" + bytes(100)).problems[0].reason == "7z archives are not read: unpack it first"


def test_an_empty_zip_has_nothing_to_say(read):
    found = read(zipped({}))
    assert (found.sources, found.problems[0].reason) == ((), "the archive holds no files (hidden ones are passed over)")


@pytest.mark.parametrize(("data", "expected"), [(zipped({"a": "x"}), "2026-11-20T10:00:00+00:00"),
                                                (tarred({"a": "x"}), "2026-11-18T11:06:40+00:00")])
def test_a_member_has_its_own_time(tmp_path, data, expected):
    file = tmp_path / "f"
    file.write_bytes(data)
    (member,) = contents(on_disk("f", file), Limits(), Workspace())
    assert member.modified.isoformat() == expected
