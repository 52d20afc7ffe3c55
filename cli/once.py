"""Commands whose options mean one thing: what may be given once is refused when it is given twice.

Tùy chọn chỉ được nêu một lần. click takes the last of several; of two roles or two keys neither was surely meant.
"""

from __future__ import annotations

from gettext import gettext

import click

__all__ = ["OnceCommand"]


class OnceCommand(click.Command):
    """A command that refuses an option with a value given twice."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """As click does, after a look at how often each option stands there.

        Raises:
            click.UsageError: One stands there more often than it may.
        """
        _, _, order = self.make_parser(ctx).parse_args(list(args))
        for option in order:
            if isinstance(option, click.Option) and _has_one_value(option) and order.count(option) > 1:
                text = gettext("Option {name!r} is given more than once.")
                raise click.UsageError(text.format(name=option.opts[0]), ctx)
        return super().parse_args(ctx, args)


def _has_one_value(option: click.Option) -> bool:
    return not (option.multiple or option.is_flag or option.count)
