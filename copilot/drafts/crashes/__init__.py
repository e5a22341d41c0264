"""Killing the process that decides and runs drafts, for real and at every point, and counting what Odoo holds afterwards (R1).

`lives.py` is the process that is killed; `odoo_double.py` an Odoo in a process of its own, from the recording, that outlives it;
`trial.py` one run: a life that is killed, a life after it, and the verdict.
"""
