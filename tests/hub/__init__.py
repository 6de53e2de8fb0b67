"""The Hugging Face Hub: its stand-ins, its own client, and our engine on both."""
