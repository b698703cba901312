"""Workflows to run and to copy; each is one module with a page in `docs/tutorial/examples`."""
