"""The command line, installed as ``edocs.cli``: thin, and the only place that speaks click and rich."""


def run() -> None:
    """Entry point of the ``edocs`` command."""
    from .main import main  # noqa: PLC0415 - so that importing the package costs nothing

    main()
