"""Figures to formats, pure: the rows of a report as text, CSV, JSON and one self-contained HTML page."""
