"""The `warren` command. Commands import what they need when they are called, so that `warren --help` is quick."""
