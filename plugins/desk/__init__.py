"""The press officer's desk: the command `press`. Nothing else imports this room."""
