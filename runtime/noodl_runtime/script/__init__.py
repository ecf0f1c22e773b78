"""User JavaScript behind one small door: JSON in, JSON out, limits on time and memory."""
