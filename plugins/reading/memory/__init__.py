"""What earlier readings made of the texts, so that only what has changed is read again."""
