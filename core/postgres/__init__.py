"""Django's database backend for PostgreSQL, which answers at once while the server does not."""
