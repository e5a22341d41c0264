from . import copilot_anchor, copilot_run
