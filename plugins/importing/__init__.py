"""Taking over an archive: what another press room published becomes releases here.

Each kind of source has a module that answers what it finds (`Found`): the source's own words, with a doubt for each
thing that was read into it. `matching` holds them against newsroom.yaml and `manuscript` writes them down. Nothing is
guessed: what a source doesn't say for certain is asked for, or left for the press officer to fill in.
"""
