"""Objects in a bucket of Amazon S3, or of a store that speaks its protocol (MinIO, Ceph, Garage, R2, ...).

Endpoint, region and credentials are those that every tool for S3 reads: `AWS_ENDPOINT_URL_S3` or `AWS_ENDPOINT_URL`,
`AWS_REGION`, `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`, a profile, or the machine's own role.
"""

import io
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ivr.recordings.places.port import NoSuchFileError, PlaceError, Stretch

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

CONNECT, READ = 3.0, 20.0  # seconds; a listener waits for one answer, a worker tries again by itself
PART = 8 * 1024 * 1024  # bytes of one part of a larger upload: no more of it is held at a time
GONE = frozenset({"NoSuchKey", "404", "NotFound"})
MENDS = {
    "NoSuchBucket": "make the bucket, or name another in RECORDINGS_URL",
    "AccessDenied": "let these credentials list the bucket and read, write and delete its objects",
    "InvalidAccessKeyId": "check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
    "SignatureDoesNotMatch": "check AWS_SECRET_ACCESS_KEY",
    "ExpiredToken": "renew the credentials",
    "PermanentRedirect": "set AWS_REGION to the bucket's",
    "AuthorizationHeaderMalformed": "set AWS_REGION to the bucket's",
}


class S3Place:
    """The objects of `bucket` whose keys begin with `prefix`, which ends in `/` or is empty."""

    def __init__(self, bucket: str, prefix: str) -> None:
        self._bucket, self._prefix = bucket, prefix

    def put(self, name: str, parts: Iterable[bytes]) -> None:
        from boto3.s3.transfer import TransferConfig

        limits = TransferConfig(multipart_threshold=PART, multipart_chunksize=PART, use_threads=False)
        with self._told():
            self._client.upload_fileobj(io.BufferedReader(_Joined(parts), PART), Config=limits, **self._at(name))

    def read(self, name: str, start: int = 0, stop: int | None = None) -> Stretch:
        if stop is not None and stop <= start:
            return Stretch(b"", self._size(name))
        last = "" if stop is None else stop - 1
        with self._told(name):
            found = self._client.get_object(Range=f"bytes={start}-{last}", **self._at(name))
            return Stretch(found["Body"].read(), int(found["ContentRange"].rpartition("/")[2]))

    def delete(self, name: str) -> None:
        with self._told():
            self._client.delete_object(**self._at(name))

    def files(self) -> Iterator[tuple[str, datetime]]:
        with self._told():
            pages = self._client.get_paginator("list_objects_v2")
            for page in pages.paginate(Bucket=self._bucket, Prefix=self._prefix, Delimiter="/"):
                for found in page.get("Contents", ()):
                    yield found["Key"].removeprefix(self._prefix), found["LastModified"]

    def locate(self, name: str) -> str:
        return f"s3://{self._bucket}/{self._at(name)['Key']}"

    def check(self) -> str:
        probe = f"probe-{secrets.token_hex(4)}"
        self.put(probe, [b"probe"])
        self.read(probe)
        self.delete(probe)
        next(self.files(), None)
        return f"s3://{self._bucket}/{self._prefix}"

    def _at(self, name: str) -> dict[str, str]:
        return {"Bucket": self._bucket, "Key": self._prefix + name.rpartition("/")[2]}

    def _size(self, name: str) -> int:
        with self._told(name):
            return int(self._client.head_object(**self._at(name))["ContentLength"])

    @cached_property
    def _client(self) -> Any:
        """Made when it is first used: reading its library takes longer than most commands."""
        import boto3
        from botocore.config import Config

        tries = {"mode": "standard", "total_max_attempts": 3}
        limits = Config(connect_timeout=CONNECT, read_timeout=READ, retries=tries)
        with self._told():
            return boto3.session.Session().client("s3", config=limits)

    @contextmanager
    def _told(self, name: str = "") -> Iterator[None]:
        from boto3.exceptions import Boto3Error
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            yield
        except (BotoCoreError, Boto3Error, ClientError) as error:
            raise _fault(error, f"s3://{self._bucket}", name) from error


def _fault(error: Exception, where: str, name: str) -> PlaceError | NoSuchFileError:
    """What `error` says of the store, or of the file `name` that was read there."""
    from botocore.exceptions import ClientError, NoCredentialsError, NoRegionError

    said = next((one for one in (error, error.__context__) if isinstance(one, ClientError)), None)
    if said is not None:  # an upload wraps what the store answered
        code = str(said.response.get("Error", {}).get("Code", ""))
        if name and code in GONE:
            return NoSuchFileError(f"{name} is not in {where}")
        mend = MENDS.get(code, "see to RECORDINGS_URL and the AWS_ variables")
        return PlaceError(f"{where} refuses ({code or 'no code'}): {mend}")
    if isinstance(error, NoCredentialsError):
        return PlaceError(f"no credentials for {where}: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")
    if isinstance(error, NoRegionError):
        return PlaceError(f"no region for {where}: set AWS_REGION")
    kind = type(error).__name__
    return PlaceError(f"{where} is not reached ({kind}): check AWS_ENDPOINT_URL and the network")


class _Joined(io.RawIOBase):
    """Parts as one file to be read from its beginning to its end."""

    def __init__(self, parts: Iterable[bytes]) -> None:
        self._parts, self._left = iter(parts), b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        target = memoryview(buffer).cast("B")
        while not self._left:
            part = next(self._parts, None)
            if part is None:
                return 0
            self._left = part
        some, self._left = self._left[: len(target)], self._left[len(target) :]
        target[: len(some)] = some
        return len(some)
