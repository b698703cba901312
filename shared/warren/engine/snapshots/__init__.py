"""A run's state as JSON data, and back."""
