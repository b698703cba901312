"""The chassis that every service process stands on: settings, logs, lifecycle, health, telemetry, the processor loop.

Nothing is imported here: a worker takes its part without the store, a client without any server.
"""
