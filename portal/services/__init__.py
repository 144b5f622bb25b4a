"""Database and broker of this installation: where they are, and how to run them from wheels.

Everything here but `bootstrap` works with the standard library alone, so that the installer and
the runner can use it before anything is installed.
"""
