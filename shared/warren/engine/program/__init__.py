"""A program made executable: its functions compiled to Python, and the names that they call."""
