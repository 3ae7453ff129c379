NAME = "module of the script"
