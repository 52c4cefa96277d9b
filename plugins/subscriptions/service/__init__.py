"""The list's front door: what readers, their mail programs, the pipeline and press officers ask of it over HTTP."""
