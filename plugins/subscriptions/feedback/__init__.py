"""What comes back: bounces and complaints, from a mailbox or a pipe. Only a signed return path tells about whom."""
