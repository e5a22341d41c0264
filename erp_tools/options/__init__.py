"""What could be done instead of waiting: options for one order, ruled on, scored and compared; and which of many orders to rescue."""
