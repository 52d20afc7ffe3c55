"""One module a version. A migration knows the tables of its own time and none of today's."""
