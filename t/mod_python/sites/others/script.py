import os
import sys

import script_module

sys.stderr.write("to the log\n")
print("Content-Type: text/x-own")
print("Status: 202 Taken")
print()
print(os.environ["QUERY_STRING"], os.environ["REQUEST_METHOD"], sys.stdin.read(), script_module.NAME)
sys.exit(0)
