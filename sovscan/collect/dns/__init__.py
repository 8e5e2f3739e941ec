"""DNS: the plan of questions, the port, and the engine behind it."""
