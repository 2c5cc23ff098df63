"""The outside world: a source hands over a SQL engine, a version stamp and what was wrong with the rows."""
