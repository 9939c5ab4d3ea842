"""Twilio's Voice SDK for browsers: one version, pinned by hash, taken out of its npm package into the data folder."""

import base64
import hashlib
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

from ivr.carrier.browser_phone import PhoneScript

PACKAGE, VERSION = "@twilio/voice-sdk", "2.18.5"
PACKAGE_INTEGRITY = "sha512-2/tw1IDAIn7j6yFDOln8p93v3aHIxNIN93JwL98cHIlbkSNeU/Jt9zGM/0TvDpNjo+k88lvAew4jgOjKlc9/KA=="
SCRIPT_INTEGRITY = "sha512-QM34ez1S/Teia5iHbd4CLqst8ch1c2wd0PXI3VeE4+pv0SCZ2pubutmicolxbjin1ggN9FE57kogBq+cdHvYnQ=="
INSIDE = "package/dist/twilio.min.js"
SECONDS = 120  # for npm to fetch the package

# From the SDK's own README ("Content Security Policy"), with its default edge.
SOUNDS = ("https://media.twiliocdn.com", "https://sdk.twilio.com")
CONNECTS = ("https://eventgw.twilio.com", "wss://voice-js.roaming.twilio.com", *SOUNDS)
PLAYS = ("mediastream:", *SOUNDS)


class SdkError(RuntimeError):
    """The SDK could not be had, or is not the one that is pinned; the message says how to mend it."""


def sdk_in(folder: Path) -> PhoneScript:
    """The SDK as it is, or would be, in the data folder `folder`."""
    path = folder / "phone" / f"twilio-voice-sdk-{VERSION}.min.js"
    return PhoneScript(path, VERSION, SCRIPT_INTEGRITY, CONNECTS, PLAYS)


def is_installed(script: PhoneScript) -> bool:
    """Whether the file is there and is the pinned one."""
    return script.path.is_file() and _integrity(script.path.read_bytes()) == script.integrity


def install_sdk(folder: Path, package: Path | None = None) -> Path:
    """Put the script into the data folder `folder`, from the npm package, or from the `package` file given.

    npm asks the registry that it is configured for (`npm_config_registry`, `.npmrc`). Nothing of the package is run.
    Raises SdkError.
    """
    script = sdk_in(folder)
    if package is None and is_installed(script):
        return script.path
    with tempfile.TemporaryDirectory() as scratch:
        content = _script_of(package or _fetch(Path(scratch)))
    script.path.parent.mkdir(parents=True, exist_ok=True)
    fresh = script.path.with_suffix(".new")
    fresh.write_bytes(content)
    fresh.replace(script.path)
    return script.path


def _fetch(scratch: Path) -> Path:
    npm = shutil.which("npm")
    if npm is None:
        raise SdkError(
            f"npm is not installed, and it fetches {PACKAGE}. Install it, or download the package of version "
            f"{VERSION} elsewhere and name the file: `warmline setup phone --from FILE.tgz`."
        )
    try:
        done = subprocess.run(  # noqa: S603
            [npm, "pack", "--ignore-scripts", "--silent", f"{PACKAGE}@{VERSION}"],
            cwd=scratch, capture_output=True, text=True, timeout=SECONDS, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise SdkError(f"npm did not bring {PACKAGE} within {SECONDS} seconds. Try again.") from error
    found = list(scratch.glob("*.tgz"))
    if done.returncode or len(found) != 1:
        why = (done.stderr.strip().splitlines() or ["it says nothing"])[0]
        raise SdkError(f"npm cannot fetch {PACKAGE} {VERSION}: {why}. `npm ping` shows whether it reaches a registry.")
    return found[0]


def _script_of(package: Path) -> bytes:
    try:
        packed = package.read_bytes()
    except OSError as error:
        raise SdkError(f"{package} cannot be read: {error.strerror}.") from error
    if _integrity(packed) != PACKAGE_INTEGRITY:
        raise SdkError(f"{package.name} is not the package of {PACKAGE} {VERSION} that is pinned. It is not used.")
    with tarfile.open(package) as archive:
        inside = archive.extractfile(INSIDE)
        content = inside.read() if inside else b""
    if _integrity(content) != SCRIPT_INTEGRITY:
        raise SdkError(f"{INSIDE} of {PACKAGE} {VERSION} is not the file that is pinned. It is not used.")
    return content


def _integrity(content: bytes) -> str:
    return "sha512-" + base64.b64encode(hashlib.sha512(content).digest()).decode()
