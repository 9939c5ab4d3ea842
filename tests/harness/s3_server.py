"""A store that speaks S3, in this process on a port of its own."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import boto3
import pytest
from moto.core.authorization import ActionAuthenticatorMixin
from moto.server import ThreadedMotoServer

BUCKET = "warmline-recordings"


@dataclass(frozen=True)
class S3Server:
    """`login` lets the environment name it, as an operator's does."""

    address: str

    def login(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for name, value in (
            ("AWS_ENDPOINT_URL", self.address), ("AWS_REGION", "eu-central-1"),
            ("AWS_DEFAULT_REGION", "eu-central-1"),
            ("AWS_ACCESS_KEY_ID", "warmline"), ("AWS_SECRET_ACCESS_KEY", "warmline-secret"),
        ):  # fmt: skip
            monkeypatch.setenv(name, value)

    @contextmanager
    def checking_credentials(self) -> Iterator[None]:
        """Nobody is known to it meanwhile."""
        kept = ActionAuthenticatorMixin.request_count
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr("moto.settings.INITIAL_NO_AUTH_ACTION_COUNT", 0.0)
            ActionAuthenticatorMixin.request_count = 1
            try:
                yield
            finally:
                ActionAuthenticatorMixin.request_count = kept


@contextmanager
def running_s3() -> Iterator[S3Server]:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        found = S3Server(f"http://{host}:{port}")
        with pytest.MonkeyPatch.context() as patched:
            found.login(patched)
            place = {"LocationConstraint": "eu-central-1"}
            client = boto3.session.Session().client("s3")
            with suppress(client.exceptions.BucketAlreadyOwnedByYou):  # what it keeps, it keeps for the process
                client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration=place)
        yield found
    finally:
        server.stop()
