"""Places that keep files: a folder and a bucket behave alike, and say what is wrong with them."""

import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ivr.recordings.places.chosen import make_place
from ivr.recordings.places.port import NoSuchFileError, Place, PlaceError
from ivr.recordings.places.s3 import PART
from ivr.recordings.storage import RecordingFiles, RecordingStorage
from ivr.store.models import Recording
from tests.harness.s3_server import BUCKET, S3Server, running_s3

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def s3() -> Iterator[S3Server]:
    with running_s3() as server:
        yield server


@pytest.fixture(params=["file", "s3"])
def url(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "file":
        return (tmp_path / "kept").as_uri()
    server: S3Server = request.getfixturevalue("s3")
    server.login(monkeypatch)
    return f"s3://{BUCKET}/{tmp_path.name}"


@pytest.fixture
def place(url: str) -> Place:
    return make_place(url)


def test_what_is_put_is_read_in_stretches_and_gone_when_deleted(place: Place) -> None:
    place.put("RE1.wav.aes", [b"0123", b"", b"456789"])
    whole = place.read("RE1.wav.aes")
    assert (whole.data, whole.total) == (b"0123456789", 10)
    assert (place.read("RE1.wav.aes", 2, 5).data, place.read("RE1.wav.aes", 2, 5).total) == (b"234", 10)
    assert place.read("RE1.wav.aes", 8, 99).data == b"89"
    assert place.read("RE1.wav.aes", 3, 3).data == b""
    place.delete("RE1.wav.aes")
    place.delete("RE1.wav.aes")
    with pytest.raises(NoSuchFileError, match="RE1"):
        place.read("RE1.wav.aes")


def test_a_file_is_replaced_whole_and_not_by_half(place: Place) -> None:
    place.put("RE1.wav.aes", [b"first"])

    def broken() -> Iterator[bytes]:
        yield b"x" * (2 * PART)
        raise RuntimeError("the process is told to end")

    with pytest.raises(RuntimeError):
        place.put("RE1.wav.aes", broken())
    assert place.read("RE1.wav.aes").data == b"first"
    place.put("RE1.wav.aes", [b"y" * PART, b"z"])
    found = place.read("RE1.wav.aes", PART - 1)
    assert (found.data, found.total) == (b"yz", PART + 1)
    assert [name for name, _ in place.files()] == ["RE1.wav.aes"]


def test_files_are_listed_with_when_they_were_written_and_where_they_lie(place: Place, url: str) -> None:
    assert list(place.files()) == []
    place.put("RE1.wav.aes", [b"1"])
    place.put("RE2.wav.aes", [b"2"])
    assert {name for name, _ in place.files()} == {"RE1.wav.aes", "RE2.wav.aes"}
    assert all(abs(datetime.now(UTC) - written) < timedelta(minutes=1) for _, written in place.files())
    assert place.locate("RE1.wav.aes") == f"{url}/RE1.wav.aes".removeprefix("file://")


def test_a_place_proves_that_it_works_and_leaves_nothing(place: Place, url: str) -> None:
    assert place.check().rstrip("/") == url.removeprefix("file://")
    assert list(place.files()) == []


def test_recordings_are_encrypted_in_either_place(url: str, place: Place) -> None:
    storage = RecordingStorage(url, b"k" * 32)
    path = storage.save("RE1", b"said in confidence" * 10_000)
    assert b"confidence" not in place.read(path).data
    assert (
        storage.open(Recording(sid="RE1", path=path)).read(100_008, 100_018)
        == (b"said in confidence" * 10_000)[100_008:100_018]
    )
    future = datetime.now(UTC) + timedelta(hours=1)
    assert list(RecordingFiles(url).unreferenced(lambda names: (), future)) == [path]


def test_two_prefixes_of_a_bucket_do_not_see_each_other(s3: S3Server, monkeypatch: pytest.MonkeyPatch) -> None:
    s3.login(monkeypatch)
    one, two = make_place(f"s3://{BUCKET}/line/one"), make_place(f"s3://{BUCKET}/line/")
    one.put("RE1.wav.aes", [b"1"])
    assert list(two.files()) == []
    with pytest.raises(NoSuchFileError):
        two.read("RE1.wav.aes")


def test_a_bucket_that_is_missing_is_named_with_the_mend(s3: S3Server, monkeypatch: pytest.MonkeyPatch) -> None:
    s3.login(monkeypatch)
    for ask in (lambda place: place.check(), lambda place: list(place.files()), lambda place: place.read("RE1")):
        with pytest.raises(PlaceError, match=r"s3://absent-bucket .*NoSuchBucket.*RECORDINGS_URL"):
            ask(make_place("s3://absent-bucket"))


def test_wrong_credentials_are_said_to_be_wrong(s3: S3Server, monkeypatch: pytest.MonkeyPatch) -> None:
    s3.login(monkeypatch)
    with s3.checking_credentials(), pytest.raises(PlaceError, match=r"InvalidAccessKeyId.*AWS_ACCESS_KEY_ID"):
        make_place(f"s3://{BUCKET}").check()


def test_without_credentials_they_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")
    with pytest.raises(PlaceError, match="AWS_SECRET_ACCESS_KEY"):
        make_place(f"s3://{BUCKET}").check()


@pytest.mark.parametrize("silent", [True, False], ids=["it never answers", "nobody is there"])
def test_a_store_that_is_away_is_given_up_on(silent: bool, s3: S3Server, monkeypatch: pytest.MonkeyPatch) -> None:
    s3.login(monkeypatch)
    monkeypatch.setattr("ivr.recordings.places.s3.CONNECT", 0.1)
    monkeypatch.setattr("ivr.recordings.places.s3.READ", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as server:  # takes connections, and never answers
        port = server.getsockname()[1] if silent else 1
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{port}")
        with pytest.raises(PlaceError, match="AWS_ENDPOINT_URL"):
            make_place(f"s3://{BUCKET}").check()


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("a file")
    with pytest.raises(PlaceError, match="RECORDINGS_URL"):
        make_place((tmp_path / "kept").as_uri()).check()


@pytest.mark.parametrize("url", ["https://host/x", "s3://", "s3:///prefix", "recordings", "s3://Not_A_Bucket/x"])
def test_an_address_of_no_place_is_refused_by_its_setting(url: str) -> None:
    with pytest.raises(ValueError, match="RECORDINGS_URL"):
        make_place(url)
