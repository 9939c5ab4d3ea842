"""Where the house's processes listen, and what is said when they cannot."""

import socket

import pytest

from ivr.cli.run import _every_address
from ivr.local.demo import demo_settings
from ivr.local.supervisor import port_trouble, reached_at
from ivr.settings import Settings
from tests.harness.running_line import free_ports

pytestmark = pytest.mark.integration


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0", "localhost", "::1", "::"])
def test_a_free_port_is_free_at_any_address_of_this_machine(host: str) -> None:
    assert port_trouble(host, free_ports(1)[0], "WARMLINE_PORT") == ""


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "::"])
def test_a_taken_port_is_named_with_its_setting(host: str) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as other:
        other.bind((host, 0))
        other.listen()
        port = other.getsockname()[1]
        trouble = port_trouble(host, port, "WARMLINE_PORT")
    assert str(port) in trouble and "WARMLINE_PORT" in trouble


@pytest.mark.parametrize("host", ["203.0.113.9", "no.such.host.invalid", "2001:db8::9"])
def test_an_address_of_another_machine_is_not_called_a_taken_port(host: str) -> None:
    assert "WARMLINE_HOST" in port_trouble(host, free_ports(1)[0], "WARMLINE_PORT")


@pytest.mark.parametrize(
    ("host", "address"), [("::", "[::1]"), ("0.0.0.0", "127.0.0.1"), ("::1", "[::1]"), ("127.0.0.1", "127.0.0.1")]
)
def test_what_listens_everywhere_is_reached_at_this_machine(host: str, address: str) -> None:
    assert reached_at(host) == address


def test_a_house_that_listens_on_ipv6_has_addresses_that_can_be_read(tmp_path: object) -> None:
    settings = demo_settings(Settings.model_validate({"host": "::", "data_dir": tmp_path}))
    assert settings.public_url == "http://[::1]:8080"
    assert settings.media_url == "ws://[::1]:8081/media"


def test_one_process_listens_on_both_families() -> None:
    assert (_every_address("::"), _every_address("::", 2), _every_address("127.0.0.1")) == ("", "::", "127.0.0.1")
