"""The shared folder: what may be opened, what a directory holds, what kind a file is. No HTTP."""
