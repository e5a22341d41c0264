from . import copilot_run
