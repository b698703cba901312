"""The declarations of the commands, a module for each group: signature, help, and which need no server.

What a command does is in the module of the same name above (`warren_cli.inspect_runs` and so on; `dev` has a
`dev_session` of its own; the services have packages). It is imported when the command is called: `warren --help` and a
mistyped option must not wait for it.
"""
