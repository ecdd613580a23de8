"""The stack that all conversations share, and the registry that each of them meets."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from cli.environment import current_model
from cli.paths import Home
from core.errors import SetupError
from tests.conversations.city import City, running_city
from tests.conversations.report import Conversation, write_report


@pytest.fixture(scope="session")
def city() -> Iterator[City]:
    """The running stack with its fake platforms."""
    own = Home.of_environment()
    try:
        current_model(own)
    except SetupError as error:
        pytest.skip(str(error))
    with running_city(own) as running:
        yield running


@pytest.fixture(scope="session")
def stack(city: City) -> tuple[str, Home]:
    """Address and state directory of the running stack."""
    return city.base, city.home


@pytest.fixture(scope="session")
def talks() -> Iterator[list[Conversation]]:
    """The conversations of this run; at its end they are written to ``reports/conversations.html``."""
    told: list[Conversation] = []
    yield told
    path = Home.of_environment().path / "reports" / "conversations.html"
    write_report(told, path)
    print(f"\nconversations: {path}", file=sys.stderr)


@pytest.fixture(autouse=True)
def registry_of_a_talk(request: pytest.FixtureRequest) -> None:
    """Fill the registry for conversations named "registry: …"; the others about dossiers meet an empty one."""
    if "registry: " in request.node.name:
        request.getfixturevalue("filled_registry")
    elif "dossier: " in request.node.name:
        request.getfixturevalue("city").empty_registry()


@pytest.fixture
def filled_registry(city: City) -> None:
    """The few made-up dossiers of ``tests.dossier_set`` in the stack's registry."""
    city.fill_registry()
