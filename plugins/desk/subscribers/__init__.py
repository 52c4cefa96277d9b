"""The e-mail list, from the desk: its commands, its doctor's findings, and the list on this machine."""
