"""What the platform does as processes over a real Kafka broker; generator and all on the same machine."""
