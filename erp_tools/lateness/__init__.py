"""Why an order is late: the taxonomy of causes, one small file per cause, and the diagnosis that ranks them."""
