"""How a command ends badly: one line on stderr and an exit code."""

import click

ANSWER_IS_NO = 1


class Refused(click.ClickException):
    """The daemon answered, and the answer is "no"."""

    exit_code = ANSWER_IS_NO


class NotStarted(click.ClickException):
    """The daemon cannot start here and now, though its configuration is right; a restart may cure it."""

    exit_code = ANSWER_IS_NO


class WrongConfiguration(click.ClickException):
    """The configuration must change."""

    exit_code = 2


class DaemonAway(click.ClickException):
    """The daemon cannot be reached."""

    exit_code = 3
