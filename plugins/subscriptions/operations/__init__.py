"""Running the list: its processes, what an operator asks of it, and what is wrong with it. Words are the desk's."""
