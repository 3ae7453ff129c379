"""A Django project with one model: things in an attic, each with a picture of it."""
