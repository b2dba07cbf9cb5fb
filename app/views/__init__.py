"""What a person sees. Views are given models and settings, and say by signals what is wanted."""
