"""The subcommands of `python -m ml`; each module has add_arguments(parser) and run(args) -> int."""
