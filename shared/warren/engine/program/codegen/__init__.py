"""From a program to Python functions: syntax trees that are compiled once per program."""
