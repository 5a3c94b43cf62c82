"""What a real chat model's answers come to, once checked."""
