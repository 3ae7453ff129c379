"""The attic with views that are coroutines."""
