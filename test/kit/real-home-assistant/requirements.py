"""Print what the given integrations, and all that they depend on, want installed.

    requirements.py INTEGRATION...

Home Assistant would install these the first time it loads an integration; with them installed beforehand a test home
starts offline and quickly.
"""

import json
import pathlib
import sys

import homeassistant

COMPONENTS = pathlib.Path(homeassistant.__file__).parent / "components"


def manifest_of(domain: str) -> dict:
    path = COMPONENTS / domain / "manifest.json"
    return json.loads(path.read_text()) if path.exists() else {}


def reach(domains: list[str]) -> set[str]:
    """The given integrations, those their entities belong to (demo/light.py: light), and those they depend on."""
    entities_of = {file.stem for domain in domains for file in (COMPONENTS / domain).glob("*.py")}
    todo, reached = [*domains, *entities_of], set()
    while todo:
        domain = todo.pop()
        if domain not in reached and manifest_of(domain):
            reached.add(domain)
            todo.extend(manifest_of(domain).get("dependencies", []))
    return reached


print(*sorted({line for domain in reach(sys.argv[1:]) for line in manifest_of(domain).get("requirements", [])}), sep="\n")
