"""Tables of other programs, read row by row: text with separators, and workbooks."""
