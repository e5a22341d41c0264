"""Parts of `deploy/dev_odoo.py`: a real Odoo 19 on this machine, for development and tests.

Standard library only: this runs before any virtual environment of the project exists.
"""
