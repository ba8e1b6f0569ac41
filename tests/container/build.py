"""The image of the Dockerfile, built and run by Docker, or by Buildah where Docker has no daemon."""

import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import torch

ROOT = Path(__file__).parents[2]
TAG = "localhost/fbert:test"
# Which build of torch pip finds on this machine.
TORCH = "cuda" if torch.version.cuda else "cpu"


def said_by(command: Sequence[str | Path], status: int = 0) -> str:
    """Run a command, which must end with a status; return what it says."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    assert done.returncode == status, done.stdout
    return done.stdout


class Docker:
    """Docker with its daemon."""

    def build(self, torch: str = TORCH, status: int = 0) -> str:
        """Build the image; return what was said."""
        return said_by(["docker", "build", "--build-arg", f"TORCH={torch}", "--tag", TAG, ROOT], status)

    def running(self, user: str) -> tuple[list[str], list[str]]:
        """Return what comes before options and what between them and a command, for a user in the image."""
        return ["docker", "run", "--rm", "--user", user], [TAG]


class Buildah:
    """Buildah, whose containers are chroots; Debian's root file system is made by debootstrap."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        store = ["--root", folder / "storage", "--runroot", folder / "run"]
        self._buildah = ["buildah", *map(str, store)]

    def build(self, torch: str = TORCH, status: int = 0) -> str:
        """Build the image; return what was said."""
        arguments = ["--build-arg", f"BASE={self._base()}", "--build-arg", f"TORCH={torch}"]
        options = ["--isolation", "chroot", "--layers", *self._settings_of_pip()]
        return said_by([*self._buildah, "bud", *options, *arguments, "--tag", TAG, ROOT], status)

    def running(self, user: str) -> tuple[list[str], list[str]]:
        """Return what comes before options and what between them and a command, for a user in the image."""
        container = said_by([*self._buildah, "from", TAG]).strip()
        return [*self._buildah, "run", "--isolation", "chroot", "--user", user], [container, "--"]

    def _base(self) -> str:
        """Return the image that is in place of Debian's."""
        name = "localhost/debian"
        if not (self._folder / "debian.tar").is_file():
            system = self._folder / "debian"
            said_by(["debootstrap", "--variant=minbase", "bookworm", system])
            said_by(["tar", "-C", system, "-cf", self._folder / "debian.tar", "."])
            shutil.rmtree(system)
            container = said_by([*self._buildah, "from", "scratch"]).strip()
            said_by([*self._buildah, "add", container, self._folder / "debian.tar", "/"])
            said_by([*self._buildah, "commit", container, name])
        return name

    def _settings_of_pip(self) -> list[str]:
        """Return the mounts by which pip finds there what it finds on this machine."""
        listed = said_by(["python3", "-m", "pip", "config", "list"])
        settings = dict(re.findall(r"^\S+\.([\w-]+)='(.*)'$", listed, flags=re.MULTILINE))
        mounts, told = {}, ["[global]"]
        for key in ("index-url", "extra-index-url", "find-links"):
            if key in settings:
                told.append(f"{key} = {settings[key]}")
                places = [_folder_of(place) for place in settings[key].split()]
                mounts |= {place: place for place in places if place.is_dir()}
        if "cert" in settings:
            told.append("cert = /mnt/cert.pem")
            mounts[Path(settings["cert"])] = Path("/mnt/cert.pem")
        file = self._folder / "pip.conf"
        file.write_text("\n".join(told) + "\n")
        mounts[file] = Path("/etc/pip.conf")
        return [word for here, there in mounts.items() for word in ("--volume", f"{here}:{there}:ro")]


def _folder_of(place: str) -> Path:
    """Return the folder that pip reads of: a local index is a folder of pages, with files beside it."""
    return Path(place.removeprefix("file://")).parent if place.startswith("file://") else Path(place)


def builder(folder: Path) -> Docker | Buildah | None:
    """Return what can build here, in a folder if it needs one; None if nothing can."""
    if shutil.which("docker"):
        asked = subprocess.run(["docker", "info"], capture_output=True, check=False)
        if asked.returncode == 0:
            return Docker()
    if shutil.which("buildah") and shutil.which("debootstrap"):
        return Buildah(folder)
    return None
