import shutil
from collections.abc import Iterator

import pytest

from tests.e2e.stories import TWO_PROJECTS
from tests.e2e.teams import Server, Team
from tests.state.http.rules import GitLab, Plain, Rules
from tests.state.http.server import StateServer, serving
from tests.support.cli import EXAMPLES, Cli


@pytest.fixture(params=[Plain, GitLab])
def rules(request: pytest.FixtureRequest) -> Rules:
    made: Rules = request.param()
    return made


@pytest.fixture
def server(rules: Rules) -> Iterator[StateServer]:
    with serving(rules, {"ann": "s3cret-of-ann"}) as server:
        yield server


@pytest.fixture
def team(cli: Cli, server: Server) -> Team[Server]:
    """`server` is of the module, or here the HTTP one."""
    return Team(cli, server)


@pytest.fixture
def ready(team: Team[Server]) -> Team[Server]:
    """With a manifest of two projects, and a state."""
    team.cli.write(TWO_PROJECTS)
    assert team("init").code == 0
    return team


@pytest.fixture
def example(cli: Cli, request: pytest.FixtureRequest) -> Cli:
    """segsync in a copy of an example's folder, as a runner checks it out."""
    folder = cli.folder / "checkout"
    shutil.copytree(EXAMPLES / request.param, folder)
    return Cli(folder, cli.api_url)
