"""How registers of older versions are brought up to date (Alembic): the log is converted, what follows is made anew."""
