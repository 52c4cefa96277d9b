"""How an edition reaches its readers: gates, what the host has, the way there in order, and a look at what arrived.

Nothing here makes output, so there is nothing to register. What is shipped is a folder that the edition wrote.
"""
