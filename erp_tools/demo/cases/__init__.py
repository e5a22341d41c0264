"""The late orders of the demo, one function per cause. README.md says how each looks in Odoo."""
