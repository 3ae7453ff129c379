"""A Django project with one model: things in an attic, each with its picture."""
