"""The way to Odoo: one port (`gateway.py`) and the adapters that speak to a real server or to a recording of one."""
