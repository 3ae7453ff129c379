SITE = "helper of one"
