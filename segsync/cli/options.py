"""The options that several commands share, named once."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import wraps
from pathlib import Path
from typing import Any

import click

from segsync.cli.terminal import Terminal

Function = Callable[..., Any]
Decorator = Callable[[Function], Function]

# What a person decides on the spot, and what must not linger in an environment.
_NEVER_FROM_ENVIRONMENT = frozenset({"yes", "token", "fault"})


class Option(click.Option):
    """An option that `SEGSYNC_<OPTION>` sets too, for every command that has it."""

    def __init__(self, *args: Any, **attributes: Any) -> None:
        super().__init__(*args, **attributes)
        long = next((name.removeprefix("--") for name in self.opts if name.startswith("--")), "")
        if long and long not in _NEVER_FROM_ENVIRONMENT:
            self.envvar = "SEGSYNC_" + long.replace("-", "_").upper()


def option(*names: str, **attributes: Any) -> Decorator:
    return click.option(*names, cls=Option, **attributes)


def together(*decorators: Decorator) -> Decorator:
    def decorate(function: Function) -> Function:
        for decorator in reversed(decorators):
            function = decorator(function)
        return function

    return decorate


@dataclass(frozen=True, slots=True)
class ManifestOptions:
    """`state` and `project` may be empty: none is named."""

    manifest: tuple[Path, ...]
    state: str | None
    project: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RemoteOptions:
    """`timeout` is in seconds, of one whole call."""

    api_url: str
    parallelism: int
    timeout: float


def _gathered(name: str, kind: type[Any], *decorators: Decorator) -> Decorator:
    """Options that reach the command as one argument `name`: a `kind`, whose fields are the options."""
    keys = [field.name for field in fields(kind)]

    def decorate(function: Function) -> Function:
        @wraps(function)
        def command(**given: Any) -> Any:
            return function(**{name: kind(**{key: given.pop(key) for key in keys})}, **given)

        return together(*decorators)(command)

    return decorate


def common() -> Decorator:
    """Gives the command its `terminal`: the one that also tells the error that ends it."""

    def decorate(function: Function) -> Function:
        @wraps(function)
        def command(verbose: bool, color: str, **given: Any) -> Any:
            terminal = click.get_current_context().find_object(Terminal) or Terminal()
            terminal.verbose, terminal.color = verbose, color
            return function(terminal=terminal, **given)

        return command

    return together(
        option("-v", "--verbose", is_flag=True, help="Show each request on stderr, its token hidden."),
        option(
            "--color",
            type=click.Choice(["auto", "always", "never"]),
            default="auto",
            show_default=True,
            help="When to use colours; NO_COLOR counts for auto.",
        ),
        decorate,
    )


def manifests() -> Decorator:
    """Gives the command `chosen`: ManifestOptions."""
    return _gathered(
        "chosen",
        ManifestOptions,
        option(
            "-f",
            "--manifest",
            "manifest",
            type=click.Path(path_type=Path),
            multiple=True,
            default=["segsync.yaml"],
            show_default=True,
            help="A manifest file, or a folder of them. May be given several times.",
        ),
        option(
            "--state",
            metavar="URL",
            help="Where the state is: a path, https://HOST/PATH (such as GitLab's), s3://BUCKET/KEY or "
            "postgresql://HOST/DATABASE?state=NAME.  [default: segsync.state.json]",
        ),
        option(
            "--project",
            metavar="GLOB",
            multiple=True,
            help="Look only at projects whose name matches. May be given several times.",
        ),
    )


def remote() -> Decorator:
    """Gives the command `remote`: RemoteOptions."""
    return _gathered(
        "remote",
        RemoteOptions,
        option(
            "--api-url",
            metavar="URL",
            default="https://vkpns-segments.rustore.ru",
            show_default=True,
            help="The address of RuStore's segments API.",
        ),
        option(
            "--parallelism",
            type=click.IntRange(1, 64),
            default=8,
            show_default=True,
            help="How many calls to make at a time.",
        ),
        option(
            "--timeout",
            type=click.FloatRange(0, 3600, min_open=True),
            default=30.0,
            show_default=True,
            help="Seconds that one whole call may take.",
        ),
    )


@dataclass(frozen=True, slots=True)
class MessageOptions:
    """A push message: a file, or its texts. Each is None where it is not given."""

    message: Path | None
    title: str | None
    body: str | None
    image: str | None


def message() -> Decorator:
    """Gives the command `written`: MessageOptions."""
    return _gathered(
        "written",
        MessageOptions,
        option("--message", type=click.Path(path_type=Path), metavar="FILE", help="The message, in YAML or JSON."),
        option("--title", help="The title of a message that has no file."),
        option("--body", help="Its text."),
        option("--image", metavar="URL", help="Its picture."),
    )


def lock() -> Decorator:
    return option(
        "--lock-timeout",
        type=click.FloatRange(min=0),
        default=0.0,
        show_default=True,
        help="Seconds to wait for a state that is locked.",
    )


def limits() -> Decorator:
    return together(
        option("--strict", is_flag=True, help="Count unmanaged segments as something that needs a person."),
        option(
            "--max-creates",
            type=click.IntRange(min=0),
            metavar="N",
            help="Create nothing, and end 1, if there is more than this to create.",
        ),
    )


def yes(what: str) -> Decorator:
    return option("--yes", is_flag=True, help=f"{what} without asking.")


@dataclass(frozen=True, slots=True)
class ChangeOptions:
    """How a command that changes the state gets its lock (`lock_timeout` in seconds) and its approval."""

    lock_timeout: float
    yes: bool


def changes(what: str) -> Decorator:
    """Gives the command `terms`: ChangeOptions."""
    return _gathered("terms", ChangeOptions, lock(), yes(what))


def output(*formats: str) -> Decorator:
    return option(
        "-o",
        "--output",
        metavar="FORMAT[=PATH]",
        multiple=True,
        help=f"Formats: {', '.join(formats)}. At most one without a PATH. May be given several times.  [default: text]",
    )
