"""The embedded installation: Postgres, broker, web and workers of one machine, under one folder."""
