"""Failures as one sentence on stderr and an exit code, without a traceback."""

from collections.abc import Iterator
from contextlib import contextmanager

import typer

from rag.errors import FootnoteError


@contextmanager
def explained(debug: bool) -> Iterator[None]:
    """Exits with 1 on a failure, saying what happened; with `debug` the error goes on."""
    try:
        yield
    except FootnoteError as error:
        if debug:
            raise
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    except (KeyboardInterrupt, typer.Exit):
        raise
    except Exception as error:
        if debug:
            raise
        typer.echo(
            f"Something unforeseen went wrong: {type(error).__name__}: {error}. Run it again with --debug.", err=True
        )
        raise typer.Exit(1) from None
