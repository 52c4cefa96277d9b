"""Who reads: this process, or others while it does something else."""
