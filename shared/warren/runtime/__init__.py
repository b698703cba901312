"""The chassis that every service process stands on: settings, logs, lifecycle, health, telemetry, publishing.

Nothing is imported here: a worker takes its part without the store.
"""
