"""newsroom.yaml: who publishes, whom to call, what may be chosen among."""
