SITE = "helper of two"
