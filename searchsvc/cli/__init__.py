"""The `searchsvc` command, one subcommand per file."""
