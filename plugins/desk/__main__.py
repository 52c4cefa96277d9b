"""`python -m plugins.desk`: what the shell file `press` runs."""

from plugins.desk.app import main

main()
