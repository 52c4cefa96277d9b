"""Releases from an older press room, made into files here."""
