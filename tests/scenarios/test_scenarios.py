"""Every call of this folder, played through the switch with real audio, is as its file says."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.harness.scenario_file import CallFile, load_call
from tests.harness.scenario_player import Suite
from tests.harness.scenario_verdict import Played, shortcomings

FOLDER = Path(__file__).parent
CALLS = {call.name: call for call in map(load_call, sorted(FOLDER.glob("*.yaml")))}
pytestmark = [pytest.mark.speech, pytest.mark.timeout(1800)]


def _marked(call: CallFile) -> object:
    return pytest.param(call.name, marks=[] if call.quick else [pytest.mark.slow])


@pytest.fixture(scope="module")
def suite(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Suite]:
    """Plays the calls that this run asks for."""
    chosen = {_name(item) for item in request.session.items if item.path == Path(__file__)}
    calls = [call for call in CALLS.values() if call.name in chosen]
    kept = request.config.cache.mkdir("calls")
    with Suite(tmp_path_factory.mktemp("calls"), kept, calls) as suite:
        yield suite


def _name(item: pytest.Item) -> str:
    return item.name.partition("[")[2].removesuffix("]")


@pytest.mark.parametrize("name", [_marked(call) for call in CALLS.values()])
def test_a_call_goes_as_its_file_says(name: str, suite: Suite, played: list[Played]) -> None:
    call = suite.result(name)
    played.append(call)
    assert not (troubles := shortcomings(call)), "\n".join([*troubles, call.transcript()])
