"""Made manipulated and lawful signed files, each with the outcome that verification must reach.

Bộ tệp thử: kept as builders, not as files. ``python -m tests.vectors FOLDER`` writes them out. All keys are those of
``certs/test``, which nobody may trust.
"""
