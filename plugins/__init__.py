"""The press room's rooms: one folder each, data going one way from `reading` to `edition`."""
