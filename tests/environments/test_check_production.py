"""`devbox check`: what of production can be reached from elsewhere."""

from __future__ import annotations

import pytest

from tests.environments.checked import DEVBOX, checked, rules

PRODUCTION = {
    "its host name": (
        {
            "prod.yml": "services: {web: {environment: {DB_HOST: db.shop.example}}}\n",
            "dev.yml": "services: {web: {environment: {FALLBACK: 'pg://db.shop.example:5432/x'}}}\n",
        },
        ("production-host", "db.shop.example"),
    ),
    "its host name in an env file": (
        {
            "prod.yml": "services: {web: {command: 'serve ${DOMAIN}'}}\n",
            "prod.env": "DOMAIN=shop.example\n",
            "dev.yml": "services: {web: {command: 'serve --cors https://shop.example/'}}\n",
        },
        ("production-host", "shop.example"),
    ),
    "its address behind a name": (
        {
            "prod.yml": "services: {web: {environment: {DB_URL: 'pg://10.1.2.3/x'}}}\n",
            "stage.yml": "services: {web: {extra_hosts: ['db:10.1.2.3']}}\n",
        },
        ("production-host", "10.1.2.3"),
    ),
    "its password": (
        {
            "prod.yml": "services: {web: {environment: {DB_PASSWORD: hush}}}\n",
            "dev.yml": "services: {web: {environment: {DB_PASSWORD: hush}}}\n",
        },
        ("production-credential", "DB_PASSWORD"),
    ),
    "its password inside of a command": (
        {
            "prod.yml": "services: {web: {environment: {API_TOKEN: abcdefgh123}}}\n",
            "dev.yml": "services: {web: {command: 'serve --token=abcdefgh123'}}\n",
        },
        ("production-credential", "API_TOKEN"),
    ),
    "its network": (
        {
            "prod.yml": "services: {web: {networks: [n]}}\nnetworks: {n: {name: prod-net}}\n",
            "dev.yml": "services: {web: {networks: [n]}}\nnetworks: {n: {name: prod-net, external: true}}\n",
        },
        ("production-network", "prod-net"),
    ),
    "its volume": (
        {
            "prod.yml": "services: {web: {volumes: ['d:/d']}}\nvolumes: {d: {name: prod-data}}\n",
            "dev.yml": "services: {web: {volumes: ['d:/d']}}\nvolumes: {d: {name: prod-data, external: true}}\n",
        },
        ("production-volume", "prod-data"),
    ),
    "its engine": (
        {
            "devbox.yaml": DEVBOX.replace("project: shop-dev", "project: d, context: far").replace(
                "project: shop-prod", "project: p, context: far"
            )
        },
        ("production-engine", "far"),
    ),
}


@pytest.mark.parametrize(("files", "expected"), PRODUCTION.values(), ids=PRODUCTION)
def test_what_of_production_is_reachable_from_elsewhere_is_found(
    files: dict[str, str], expected: tuple[str, str]
) -> None:
    assert rules(files) == [expected]


def test_names_inside_of_the_stack_are_no_hosts_of_production() -> None:
    text = "services: {web: {image: x, environment: {DB_HOST: db, OTHER_HOST: localhost}}, db: {image: y}}\n"
    assert rules({"base.yml": text}) == []
    text = "services: {web: {image: x, extra_hosts: ['host.docker.internal:host-gateway']}}\n"
    assert rules({"base.yml": text}) == []


def test_a_credential_is_never_shown() -> None:
    environment = "services: {web: {environment: {DB_PASSWORD: hush12345}}}\n"
    assert "hush12345" not in repr(checked({"dev.yml": environment, "prod.yml": environment}).findings)
