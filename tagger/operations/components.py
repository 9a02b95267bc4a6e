"""Every package this installation is made of, with its licence: a software bill of materials.

Read off what is installed, not off what was asked for; the container image holds the same list.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Any
from urllib.parse import quote

UNKNOWN = "not stated"
_LICENCE_CLASSIFIER = "License :: "
# A licence's name; longer ones are its whole text.
_LONGEST_NAME = 100


@dataclass(frozen=True, order=True)
class Component:
    """`ecosystem` is a package URL's type: pypi or npm."""

    ecosystem: str
    name: str
    version: str
    licence: str

    @property
    def purl(self) -> str:
        return f"pkg:{self.ecosystem}/{quote(self.name, safe='/')}@{quote(self.version, safe='')}"


def components(node_modules: Path) -> list[Component]:
    """Of Python and of the pages, each name and version once."""
    return sorted({*_python_packages(), *_page_packages(node_modules)})


def cyclonedx(found: list[Component]) -> dict[str, Any]:
    """As a CycloneDX 1.6 document, which tools that look for weaknesses read."""
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": "tonemark"}},
        "components": [_cyclonedx_component(component) for component in found],
    }


def _cyclonedx_component(component: Component) -> dict[str, Any]:
    described: dict[str, Any] = {
        "type": "library",
        "bom-ref": component.purl,
        "name": component.name,
        "version": component.version,
        "purl": component.purl,
    }
    if component.licence != UNKNOWN:
        described["licenses"] = [{"license": {"name": component.licence}}]
    return described


def _python_packages() -> list[Component]:
    return [
        Component("pypi", package.metadata["Name"].lower(), package.version, _licence(package))
        for package in distributions()
        if package.metadata["Name"]
    ]


def _licence(package: Distribution) -> str:
    """The SPDX expression (PEP 639), else the classifiers, else the name in the old field."""
    metadata = package.metadata
    if metadata["License-Expression"]:
        return str(metadata["License-Expression"])
    classified = [
        line.rpartition(" :: ")[2]
        for line in metadata.get_all("Classifier") or []
        if line.startswith(_LICENCE_CLASSIFIER) and line != "License :: OSI Approved"
    ]
    if classified:
        return " and ".join(classified)
    old = (metadata["License"] or "").strip().splitlines()
    return old[0].strip() if old and len(old[0]) <= _LONGEST_NAME else UNKNOWN


def _page_packages(node_modules: Path) -> list[Component]:
    named = [*node_modules.glob("*/package.json"), *node_modules.glob("@*/*/package.json")]
    read = [json.loads(path.read_text(encoding="utf-8")) for path in named]
    return [
        Component("npm", package["name"], package["version"], str(package.get("license", UNKNOWN)))
        for package in read
    ]
