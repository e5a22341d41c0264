{
    "name": "Distribution Copilot: exact execution",
    "summary": "Lock, compare, run and remember an approved action in one transaction",
    "version": "19.0.1.0.0",
    "category": "Supply Chain",
    "license": "LGPL-3",
    "author": "Distribution Copilot",
    "depends": ["sale_stock", "purchase"],
    "data": ["security/ir.model.access.csv", "security/rules.xml"],
    "installable": True,
}
