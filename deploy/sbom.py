"""Prints what is installed beside this interpreter as a CycloneDX bill of materials: `python deploy/sbom.py`.

It runs in the image's build and needs nothing but the standard library. Debian's packages are in the attestation
that BuildKit makes (`docker buildx build --sbom=true`).
"""

import json
import re
import sys
from collections.abc import Iterable
from importlib.metadata import Distribution, distributions

OWN = "labour-early-warning"


def component(distribution: Distribution) -> dict[str, object]:
    """Return one distribution; its package URL has the normalised name."""
    name = re.sub(r"[-_.]+", "-", distribution.name).lower()
    purl = f"pkg:pypi/{name}@{distribution.version}"
    found: dict[str, object] = {
        "type": "application" if name == OWN else "library",
        "bom-ref": purl,
        "name": name,
        "version": distribution.version,
        "purl": purl,
    }
    for licence in distribution.metadata.get_all("License-Expression") or ():
        found["licenses"] = [{"expression": licence}]
    return found


def bill(installed: Iterable[Distribution]) -> dict[str, object]:
    """Return the bill, in the order of names, so that the same environment gives the same bytes."""
    components = sorted((component(one) for one in installed), key=lambda one: str(one["bom-ref"]))
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": next(one for one in components if one["name"] == OWN)},
        "components": [one for one in components if one["name"] != OWN],
    }


if __name__ == "__main__":
    json.dump(bill(distributions()), sys.stdout, indent=1)
    sys.stdout.write("\n")
