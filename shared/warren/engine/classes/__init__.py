"""The user's classes, made again from their descriptions, without the user's code."""
