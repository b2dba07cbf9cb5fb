"""What the window shows: Qt models that app.activity fills, and the words and counts in them."""
