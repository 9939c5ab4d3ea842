"""Hosts that are network namespaces of this machine, joined by a bridge: each has an address, and can be cut off."""

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

BRIDGE = "wlcluster"
HERE = "10.77.0.254"  # this machine's own address on the bridge


class NoNamespacesError(RuntimeError):
    """This machine gives us no namespaces, or lacks a program; the message says what to do."""


class Namespace:
    """One host, at `address`; programs in it see nothing but the bridge."""

    def __init__(self, name: str, address: str) -> None:
        self.name, self.address = f"wl-{name}", address

    @property
    def command(self) -> list[str]:
        """What stands before a command that runs there."""
        return ["ip", "netns", "exec", self.name]

    def make(self) -> None:
        near, far = f"{self.name}-n", f"{self.name}-f"
        _ip("netns", "add", self.name)
        _ip("link", "add", near, "type", "veth", "peer", "name", far, "netns", self.name)
        _ip("link", "set", near, "master", BRIDGE, "up")
        for words in (("addr", "add", f"{self.address}/24", "dev", far), ("link", "set", far, "up"),
                      ("link", "set", "lo", "up")):  # fmt: skip
            _ip("-n", self.name, *words)

    def cut_off(self) -> None:
        """Nothing comes from there or gets there any more, and nobody is told."""
        _ip("link", "set", f"{self.name}-n", "down")

    def remove(self) -> None:
        _ip("link", "del", f"{self.name}-n", check=False)  # at once: with its namespace it goes some time later
        _ip("netns", "del", self.name, check=False)


@contextmanager
def joined(hosts: Sequence[Namespace]) -> Iterator[None]:
    """The hosts and their bridge, while it lasts. Raises NoNamespacesError."""
    for program, package in (("ip", "iproute2"), ("haproxy", "haproxy")):
        if shutil.which(program, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin") is None:
            raise NoNamespacesError(f"{program} is not installed: apt-get install {package}.")
    if os.geteuid() != 0:
        raise NoNamespacesError("Only root may make network namespaces: run it by sudo, or on a machine of its own.")
    _clear(hosts)  # what a killed run has left
    try:
        _ip("link", "add", BRIDGE, "type", "bridge")
        _ip("addr", "add", f"{HERE}/24", "dev", BRIDGE)
        _ip("link", "set", BRIDGE, "up")
        for host in hosts:
            host.make()
        yield
    except subprocess.CalledProcessError as error:
        said = error.stderr.strip() if isinstance(error.stderr, str) else error
        raise NoNamespacesError(f"This machine gives us no network namespaces: {said}") from error
    finally:
        _clear(hosts)


def _clear(hosts: Sequence[Namespace]) -> None:
    for host in hosts:
        host.remove()
    _ip("link", "del", BRIDGE, check=False)


def _ip(*words: str, check: bool = True) -> None:
    subprocess.run(["ip", *words], check=check, capture_output=True, text=True)
