"""The journeys of the load tests: what one person does, request by request."""
