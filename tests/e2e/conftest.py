from collections.abc import Iterator

import pytest

from tests.e2e.stories import TWO_PROJECTS
from tests.e2e.teams import PASSWORD, Team
from tests.state.http.rules import GitLab, Plain, Rules
from tests.state.http.server import StateServer, serving
from tests.support.cli import Cli


@pytest.fixture(params=[Plain, GitLab])
def rules(request: pytest.FixtureRequest) -> Rules:
    made: Rules = request.param()
    return made


@pytest.fixture
def server(rules: Rules) -> Iterator[StateServer]:
    with serving(rules, {"ann": PASSWORD}) as server:
        yield server


@pytest.fixture
def team(cli: Cli, server: StateServer) -> Team:
    return Team(cli, server)


@pytest.fixture
def ready(team: Team) -> Team:
    """With a manifest of two projects, and a state."""
    team.cli.write(TWO_PROJECTS)
    assert team("init").code == 0
    return team
