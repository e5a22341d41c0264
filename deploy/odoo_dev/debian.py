"""Fetch and unpack Odoo 19 from Debian's archive, without installing it.

The package lives in the suite unstable only. A private list of sources names that suite on the mirror which this
machine's own apt already uses, private state folders keep it away from the machine's apt, and `dpkg -x` unpacks
into the cache. Nothing is installed system-wide.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .machine import Folders, Stop, run, say

SUITE = "unstable"
PACKAGE = "odoo-19"
WEB_CLIENT_PACKAGES = (
    # The Odoo package holds links into these; without them the web client answers 500. RPC needs none of them.
    "libjs-jquery",
    "libjs-jquery-form",
    "libjs-underscore",
    "fonts-font-awesome",
    "fonts-glyphicons-halflings",
    "fonts-inconsolata",
    "fonts-montserrat",
    "fonts-ocr-b",
    "fonts-roboto-unhinted",
)
ONLINE = "check the network, then repeat the command"
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")


@dataclass(frozen=True, kw_only=True)
class Source:
    """One package source of this machine's apt."""

    uri: str
    suites: tuple[str, ...]
    components: tuple[str, ...]
    options: tuple[tuple[str, str], ...]
    """Such as (`signed-by`, a keyring) or (`trusted`, `yes`), names in lower case."""


def sources(etc: Path) -> list[Source]:
    """This machine's binary package sources, from `sources.list`, `*.list` and deb822 `*.sources` files."""
    found: list[Source] = []
    folder = etc / "sources.list.d"
    for path in (etc / "sources.list", *sorted(folder.glob("*.list"))):
        if path.is_file():
            found += _one_line_sources(path.read_text(errors="replace"))
    for path in sorted(folder.glob("*.sources")):
        found += _deb822_sources(path.read_text(errors="replace"))
    return found


def _one_line_sources(text: str) -> Iterator[Source]:
    for line in text.splitlines():
        match = re.match(r"\s*deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)\s*([^#]*)", line)
        if match:
            options = [word.partition("=") for word in (match[1] or "").split()]
            yield Source(
                uri=match[2],
                suites=(match[3],),
                components=tuple(match[4].split()),
                options=tuple((name.lower(), value) for name, _, value in options),
            )


def _deb822_sources(text: str) -> Iterator[Source]:
    for stanza in re.split(r"\n\s*\n", text):
        fields: dict[str, str] = {}
        name = ""
        for line in stanza.splitlines():
            if line.startswith("#"):
                continue
            if line[:1].isspace() and name:
                fields[name] += "\n" + line.strip()
            elif ":" in line:
                name, _, value = line.partition(":")
                name = name.strip().lower()
                fields[name] = value.strip()
        if "deb" not in fields.get("types", "").split() or fields.get("enabled", "yes").lower() == "no":
            continue
        options = tuple((key, fields[key]) for key in ("signed-by", "trusted") if key in fields)
        for uri in fields.get("uris", "").split():
            yield Source(
                uri=uri,
                suites=tuple(fields.get("suites", "").split()),
                components=tuple(fields.get("components", "").split()),
                options=options,
            )


def debian_mirror(found: list[Source]) -> Source:
    """The source that carries Debian itself, not security fixes or somebody's extra packages.

    Raises Stop when there is none, as on Ubuntu.
    """
    releases = {"bookworm", "trixie", "forky", "duke", "sid", "stable", "testing", "unstable"}
    for source in found:
        plain = {suite for suite in source.suites if "-" not in suite and "/" not in suite}
        if plain & releases and "main" in source.components:
            return source
    raise Stop(
        "no Debian mirror among this machine's apt sources, so Odoo cannot be fetched; "
        "use deploy/compose.yaml with Docker, or set COPILOT_ODOO_URL to an Odoo 19 you have"
    )


def private_source(mirror: Source) -> str:
    """The suite unstable on that mirror, as a deb822 stanza."""
    options = dict(mirror.options)
    if "signed-by" not in options and "trusted" not in options and KEYRING.exists():
        options["signed-by"] = str(KEYRING)
    lines = ["Types: deb", f"URIs: {mirror.uri}", f"Suites: {SUITE}", "Components: main"]
    for name, field in (("signed-by", "Signed-By"), ("trusted", "Trusted")):
        if name in options:
            value = options[name].replace("\n", "\n ")
            lines.append(f"{field}: {value}")
    return "\n".join(lines) + "\n"


def fetch_odoo(folders: Folders, *, etc: Path = Path("/etc/apt")) -> str:
    """Have Odoo unpacked in the cache; returns its version. Does nothing when it is already there.

    Raises Stop when this machine has no apt, no Debian mirror, or the mirror does not answer.
    """
    known = folders.tree / "VERSION"
    if known.exists():
        return known.read_text().strip()
    for tool in ("apt-get", "dpkg"):
        if not shutil.which(tool):
            raise Stop(
                f"{tool} is not on this machine, so Odoo cannot be fetched; "
                "use deploy/compose.yaml with Docker, or set COPILOT_ODOO_URL to an Odoo 19 you have"
            )
    apt = folders.odoo / "apt"
    debs = folders.odoo / "debs"
    building = folders.odoo / "tree.building"
    for folder in (debs, building):
        shutil.rmtree(folder, ignore_errors=True)
    for folder in (
        apt / "lists" / "partial",
        apt / "cache" / "archives" / "partial",
        apt / "parts",
        debs,
        building,
    ):
        folder.mkdir(parents=True, exist_ok=True)
    source_list = apt / f"{SUITE}.sources"
    source_list.write_text(private_source(debian_mirror(sources(etc))))
    settings = {
        "Dir::Etc::sourcelist": source_list,
        "Dir::Etc::sourceparts": apt / "parts",
        "Dir::Etc::preferences": "/dev/null",
        "Dir::Etc::preferencesparts": apt / "parts",
        "Dir::State::lists": apt / "lists",
        "Dir::Cache": apt / "cache",
        "APT::Default-Release": SUITE,
        "APT::Sandbox::User": "root",
        "Acquire::Languages": "none",
        "Acquire::Retries": "3",
        # Else a mirror that cannot be reached is a warning, and the next command fails with a riddle.
        "APT::Update::Error-Mode": "any",
    }
    options = [word for name, value in settings.items() for word in ("-o", f"{name}={value}")]
    say("fetching Odoo 19 from Debian's archive (123 MB)")
    run(
        ["apt-get", *options, "-qq", "update"],
        doing="reading the package list of Debian unstable",
        log=apt / "update.log",
        next_step=ONLINE,
    )
    run(
        ["apt-get", *options, "-qq", "download", PACKAGE, *WEB_CLIENT_PACKAGES],
        doing="downloading Odoo",
        cwd=debs,
        log=apt / "download.log",
        next_step=ONLINE,
    )
    say("unpacking Odoo")
    for deb in sorted(debs.glob("*.deb")):
        run(["dpkg", "-x", deb, building], doing=f"unpacking {deb.name}")
    package = next(debs.glob(f"{PACKAGE}_*.deb"))
    version = package.name.split("_")[1].replace("%2b", "+")
    if not (building / "usr" / "bin" / "odoo").exists():
        raise Stop(
            f"the package {package.name} holds no usr/bin/odoo; report this with the package's version"
        )
    (building / "VERSION").write_text(version + "\n")
    shutil.rmtree(folders.tree, ignore_errors=True)
    building.rename(folders.tree)
    shutil.rmtree(debs, ignore_errors=True)
    shutil.rmtree(apt, ignore_errors=True)
    return version
