"""What the window shows, as Qt models: filled by the relay, read by the views."""
